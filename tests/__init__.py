"""Tests of the wizard, one folder per layer."""
