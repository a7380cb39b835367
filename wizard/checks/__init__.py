"""Checks: read-only questions to the world before anything changes; one file a section."""
