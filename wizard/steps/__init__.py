"""Steps: pieces of desired state that look, apply and verify; one file an area."""
