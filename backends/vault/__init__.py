"""Vault and OpenBao: the port Vault over `hvac`, which loads when first used."""

from backends.vault.client import VaultClient

__all__ = ["VaultClient"]
