"""Learning: a truth table becomes a network that is proved to keep it.

Of use without a Raspberry Pi. May import `errors`, `files` and NumPy; never gpiozero, systemd or the
page. Read `tables`, `network`, `proof`, `backpropagation`, `attempt` and `training`, in this order;
then `weight_files`, and `published` for the three programs that pigate grew out of. `named` lists the
tables with names, `limits` what settings may be, `advice` what to say when a table is not learned.
"""
