"""The login with which images are pulled, copied to where pods need it."""

from collections.abc import Awaitable, Callable, Sequence

from wizard.ports import World
from wizard.steps.inputs import Inputs
from wizard.steps.secrets import Copied, CopySecrets, Entries

DOCKER_CONFIG = "kubernetes.io/dockerconfigjson"


def pull_login(inputs: Inputs, name: str, namespace: str = "") -> Copied | None:
    """A Secret with the login of the answers; None: they have none.

    `namespace`: of a component, where it is not for Harbor itself.
    """
    reference, path = inputs.preset.delivery.pull_secret, "delivery.pullSecret"
    if reference is None:
        return None

    async def read(world: World) -> Entries:
        return {".dockerconfigjson": (await inputs.given(world, path, reference)).encode()}

    return Copied(name, read, path, reference, DOCKER_CONFIG, namespace=namespace)


class ComponentLogin(CopySecrets):
    """The login for the images of a component that others may have brought (`foreign`)."""

    def __init__(
        self,
        id_: str,
        title: str,
        inputs: Inputs,
        copied: Copied,
        foreign: Callable[[World], Awaitable[bool]],
        needs: Sequence[str] = ("target.namespace",),
    ) -> None:
        super().__init__(id_, title, inputs, [copied])
        self.shares, self.needs = copied.namespace, tuple(needs)
        self._foreign = foreign

    async def idle(self, world: World) -> bool:
        """See Step."""
        return await self._foreign(world)
