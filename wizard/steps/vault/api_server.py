"""What a server has to know of the API server, to ask it whose a token is."""

from wizard.errors import CheckFailed
from wizard.ports import Kind, Ref, Right, World

_AUTHORITY = Ref(Kind("v1", "ConfigMap"), "kube-system", "kube-root-ca.crt")
RIGHT_TO_AUTHORITY = Right("get", "", "configmaps", _AUTHORITY.namespace, _AUTHORITY.name)


async def api_authority(world: World) -> str:
    """The API server's authority, as Kubernetes publishes it in every namespace.

    Raises CheckFailed where it does not: a server that cannot finish its first start is spoilt.
    """
    found = await world.objects.get(_AUTHORITY) or {}
    text: str = (found.get("data") or {}).get("ca.crt", "")
    if not text:
        raise CheckFailed(
            f"There is no ca.crt in the {_AUTHORITY}",
            why="the server would not know how to ask the API server whose a token is",
            where=str(_AUTHORITY),
            fix="see why kube-controller-manager does not publish it (--root-ca-file)",
        )
    return text
