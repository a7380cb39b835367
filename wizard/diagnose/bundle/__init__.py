"""Support bundles: what is known of a Harbor in one file, without its secrets."""
