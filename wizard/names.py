"""What names look like in Kubernetes, as regular expressions that match as a whole."""

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
"""A DNS label (RFC 1123): the name of a namespace, for instance."""
HOST = rf"{LABEL}(\.{LABEL})*"
"""A DNS name; Kubernetes names most objects so."""
RELEASE_LENGTH = 53
"""How long the name of a Helm release may be, which is a label."""
USUAL = "harbor"
"""What the namespace and the release of a Harbor are called where nobody says otherwise."""
