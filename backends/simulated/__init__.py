"""A simulated world behind the same ports: nothing real is touched."""
