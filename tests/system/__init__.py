"""The booted machine: pigate's own unit under a real systemd, on a real kernel's GPIO lines."""
