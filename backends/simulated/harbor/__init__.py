"""A stand-in for the Harbor chart: its package, and the objects that it makes of values."""
