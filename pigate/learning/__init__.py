"""Learning: truth tables, the network, and how it learns them."""
