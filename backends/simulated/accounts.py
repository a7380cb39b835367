"""What Kubernetes' controllers add for ServiceAccounts: their tokens."""

from base64 import b64encode

from backends.simulated.store import Store
from wizard.ports import Ref

TOKEN_SECRET = "kubernetes.io/service-account-token"  # noqa: S105 - the type of a Secret


def fill(store: Store, ref: Ref) -> None:
    """Put a token into a Secret that asks for one."""
    secret = store.get(ref)
    if secret is None or secret.get("type") != TOKEN_SECRET or secret.get("data"):
        return
    token = b64encode(f"simulated.{secret['metadata']['uid']}.token".encode()).decode()
    store.put(secret | {"data": {"token": token}})
