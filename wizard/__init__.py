"""Harbor wizard: installs Harbor on Kubernetes; this package is the core without screens."""

__version__ = "0.1.0"
