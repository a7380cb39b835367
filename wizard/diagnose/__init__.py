"""Diagnosis: pure rules over an immutable view of the world; knows no answers."""
