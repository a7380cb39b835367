"""What things are called in the server and beside it, so that cert-manager may sign by it."""

from dataclasses import dataclass

from wizard.answers.preset import Preset
from wizard.charts.names import Names


@dataclass(frozen=True, slots=True)
class IssuerNames:
    """All names of one release's way from cert-manager to the server."""

    namespace: str
    issuer: str
    """The Issuer, the ServiceAccount that it logs in as, and its role and policy in the server."""

    @classmethod
    def of(cls, preset: Preset) -> "IssuerNames":
        """The names for a preset."""
        target = preset.target
        return cls(target.namespace, f"{Names(target.release).fullname}-issuer")

    @property
    def login(self) -> str:
        """Secret: what the issuer logs in with, where that is no ServiceAccount."""
        return f"{self.issuer}-login"

    @property
    def reviewer(self) -> str:
        """ServiceAccount, and the Secret with its token: with it the server asks the cluster
        whose a token is.
        """
        return f"{self.issuer}-reviewer"

    @property
    def reviewing(self) -> str:
        """ClusterRoleBinding that lets the reviewer ask."""
        return f"{self.namespace}-{self.reviewer}"

    @property
    def audience(self) -> str:
        """Whom cert-manager's tokens for this Issuer are for (`pkg/issuer/vault` of its source)."""
        return f"vault://{self.namespace}/{self.issuer}"

    @property
    def auth_mount(self) -> str:
        """The mount of the login with ServiceAccounts of this cluster."""
        return f"kubernetes-{self.namespace}-{self.issuer}"
