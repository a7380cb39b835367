"""A Vault or OpenBao that keeps Harbor's private authority, and cert-manager's way to it."""
