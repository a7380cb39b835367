"""A plan being carried out: engine, events, journal, lock, redaction."""
