"""Adapters to the world, one a file: each implements a port of `wizard.ports`."""
