"""What Kubernetes' controllers add for ServiceAccounts: their tokens, and whom to trust."""

from base64 import b64encode

from backends.simulated.store import Store
from wizard.ports import Kind, Object, Ref

TOKEN_SECRET = "kubernetes.io/service-account-token"  # noqa: S105 - the type of a Secret
_AUTHORITY = Ref(Kind("v1", "ConfigMap"), "", "kube-root-ca.crt")


def fill(store: Store, ref: Ref) -> None:
    """Put a token into a Secret that asks for one, and the API server's authority beside it."""
    secret = store.get(ref)
    if secret is None or secret.get("type") != TOKEN_SECRET or secret.get("data"):
        return
    token = b64encode(f"simulated.{secret['metadata']['uid']}.token".encode()).decode()
    store.put(secret | {"data": {"token": token}})
    published: Object = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": _AUTHORITY.name, "namespace": ref.namespace},
        "data": {"ca.crt": "-----BEGIN CERTIFICATE-----\nsimulated\n-----END CERTIFICATE-----\n"},
    }
    if store.get(Ref.of(published)) is None:
        store.put(published)
