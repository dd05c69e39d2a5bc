"""The gate: one run, from the proof to the last decision."""
