"""The simulated API server's introduction, and what the identity may do there."""

from collections.abc import Callable, Mapping, Sequence

from backends.simulated.store import Store
from wizard.contexts import Context
from wizard.errors import Forbidden, NotFound
from wizard.ports import Kind, Ref, Right, Server

CONTEXT = "simulated"
VERSION = "v1.34.4"
USER = "rehearsal"
_ACCOUNT = Kind("v1", "ServiceAccount")

URL = "https://kubernetes.simulated:6443"
CONTEXTS = (Context(CONTEXT, URL, USER, "default", True),)
"""What the kubeconfig of the simulated cluster would hold."""

Granted = Callable[[Right], bool]


def everything(_: Right) -> bool:
    """The rights of a cluster administrator."""
    return True


def namespaced_only(right: Right) -> bool:
    """The rights of somebody who owns namespaces and nothing of the cluster.

    `get` on the namespaces themselves is the one thing such an identity may usually do.
    """
    return bool(right.namespace) or (right.verb == "get" and right.resource == "namespaces")


class Rights:
    """Decides over calls as RBAC would, by the rights that a scenario grants."""

    def __init__(self, store: Store, granted: Granted = everything) -> None:
        self._store = store
        self._granted = granted

    def allows(self, right: Right) -> bool:
        """Whether the identity has the right."""
        return self._granted(right)

    def demand(self, verb: str, ref: Ref, subresource: str = "") -> None:
        """Raise Forbidden where a verb is not allowed on an object (without name: on its kind)."""
        plural = self._store.resource(ref.kind).plural
        plural += f"/{subresource}" if subresource else ""
        self.demand_right(Right(verb, ref.kind.group, plural, ref.namespace, ref.name))

    def demand_right(self, right: Right) -> None:
        """Raise Forbidden, in the API server's words, where a right is missing."""
        if self.allows(right):
            return
        place = f'in the namespace "{right.namespace}"' if right.namespace else "at cluster scope"
        raise Forbidden(
            f"You may not {right}",
            why=f'User "{USER}" cannot {right.verb} resource "{right.resource}" '
            f'in API group "{right.group}" {place}',
            fix="ask a cluster administrator for this right",
        )


class SimulatedAccess:
    """The port `Access`."""

    def __init__(self, store: Store, rights: Rights) -> None:
        self._store = store
        self._rights = rights

    async def server(self) -> Server:
        """The simulated API server, with a clock that agrees with this machine's."""
        served = self._store.served()
        kinds = {f"{kind.api_version}/{kind.name}" for kind in served}
        return Server(
            context=CONTEXT,
            url=URL,
            version=VERSION,
            clock_skew=0.0,
            user=USER,
            api_versions=frozenset(kinds | {kind.api_version for kind in served}),
        )

    async def allowed(self, rights: Sequence[Right]) -> Mapping[Right, bool]:
        """Which of the rights the scenario grants."""
        return {right: self._rights.allows(right) for right in rights}

    async def token(self, namespace: str, account: str, audience: str) -> str:
        """A text that stands for one."""
        ref = Ref(_ACCOUNT, namespace, account)
        self._rights.demand_right(Right("create", "", "serviceaccounts/token", namespace, account))
        if self._store.get(ref) is None:
            raise NotFound(f'serviceaccounts "{account}" not found')
        return f"simulated.{namespace}.{account}.{audience}"
