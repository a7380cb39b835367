"""Harbor's Helm release."""

from collections.abc import Sequence

from wizard.answers.services import ExternalRedis, InternalDatabase
from wizard.charts.catalogue import harbor_chart
from wizard.charts.values import Pins, harbor_values
from wizard.ports import Ref, World
from wizard.steps.base import Step
from wizard.steps.gate import Wait
from wizard.steps.helm_release import RELEASE, HelmRelease, Values
from wizard.steps.inputs import Inputs
from wizard.steps.network import cluster_ranges

_UNKNOWN_PASSWORD = "to-be-generated"  # noqa: S105 - stands for one that does not exist yet


class HarborRelease(HelmRelease):
    """Harbor's objects are as the chart makes them from the answers, and all are ready."""

    id = "harbor.release"
    title = "Harbor"

    def __init__(self, inputs: Inputs, needs: Sequence[str], logins: Step | None = None) -> None:
        self.needs = tuple(needs)
        self._logins = logins
        self.lookups = isinstance(inputs.preset.harbor.redis, ExternalRedis)
        ref = Ref(RELEASE, inputs.namespace, inputs.preset.target.release)
        super().__init__(inputs, harbor_chart(inputs.preset.versions.harbor), ref, Wait(inputs))

    async def values(self, world: World | None) -> Values:
        """See HelmRelease."""
        pins = await self._pins(world) if world else Pins(database_password=_UNKNOWN_PASSWORD)
        return harbor_values(self._inputs.preset, pins)

    async def unseen(self, world: World) -> str:
        """See HelmRelease: the chart looks up a Secret that an earlier step may change."""
        if self._logins is None:
            return ""
        secret = self._inputs.secret(self._inputs.names.external_redis)
        if secret not in [change.ref for change in await self._logins.check(world)]:
            return ""
        return f"the chart reads the {secret}, which an earlier step changes"

    async def _pins(self, world: World) -> Pins:
        ranges = await cluster_ranges(world, self._inputs.preset.network)
        if not isinstance(self._inputs.preset.harbor.database, InternalDatabase):
            return Pins(cluster_ranges=ranges)
        password = await self._inputs.text(world, self._inputs.names.database, "password")
        return Pins(password or _UNKNOWN_PASSWORD, ranges)
