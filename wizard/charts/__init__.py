"""Charts: which one and which version, a verified private copy, its values from the answers."""
