"""Measurements against peers in one run: `python -m tests.bench`. None of them is a test."""
