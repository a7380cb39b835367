"""Whether nodes can use the export as Harbor's users: tried through claims of its class."""

from collections.abc import Sequence
from decimal import Decimal

from wizard.answers.preset import Preset
from wizard.answers.quantity import quantity
from wizard.answers.storage import NfsProvisioner
from wizard.diagnose.finding import Finding
from wizard.diagnose.kinds import CLAIM, JOB
from wizard.errors import StepFailed
from wizard.ports import Object, Ref, World
from wizard.steps.base import Reporter
from wizard.steps.errand import Said
from wizard.steps.inputs import Inputs
from wizard.steps.nfs_script import SCRIPT, Trouble, answers, troubles
from wizard.steps.probe import JobProbe
from wizard.steps.volume_probe import DATABASE_USER, NewClaim, job_spec, new_claims, probe_pod


class NfsProbe(JobProbe):
    """Each user of Harbor can write, own, lock and sync files on the export, from the nodes."""

    id = "storage.nfs.probe"
    title = "Nodes can use the export"

    def __init__(self, inputs: Inputs, nfs: NfsProvisioner, needs: Sequence[str]) -> None:
        super().__init__(inputs, "The test of the export", needs)
        self._nfs = nfs
        self._claims = nfs_claims(inputs.preset, nfs)

    async def wanted(self, world: World) -> Sequence[Object]:
        """See JobProbe."""
        for claim in self._claims:
            found = await world.objects.get(Ref(CLAIM, self._inputs.namespace, claim.name))
            if found is None or found.get("status", {}).get("phase") != "Bound":
                return self.all_objects()
        return ()

    def all_objects(self) -> Sequence[Object]:
        """See JobProbe."""
        users = sorted({claim.user for claim in self._claims})
        return [obj for user in users for obj in self._objects(user)]

    def _objects(self, user: int) -> list[Object]:
        name = self._name(user)
        spec = {
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": "1Mi"}},
            "storageClassName": self._nfs.class_name,
        }
        pod = probe_pod(self._inputs, name, SCRIPT, user)
        job = job_spec(self._inputs.preset, pod, self.errand.labels, pods=2)
        return [self.errand.made(CLAIM, name, spec), self.errand.made(JOB, name, job)]

    def _name(self, user: int) -> str:
        return f"{self._inputs.names.fullname[:40].rstrip('-')}-nfs-{user}"

    def understood(self, said: Said, report: Reporter) -> None:
        """See JobProbe. What would only be slow or full is a finding, not a failure."""
        needed = sum((quantity(claim.size) for claim in self._claims), Decimal(0))
        fatal = []
        for user in sorted({claim.user for claim in self._claims}):
            lines = said.get(self._name(user), ())
            if not lines:
                report.finding(self._finding(_UNHEARD))
                continue
            database = user == DATABASE_USER
            for trouble in troubles(answers(lines), database=database, needed=needed):
                if trouble.fatal:
                    fatal.append(trouble)
                else:
                    report.finding(self._finding(trouble))
        if fatal:
            raise StepFailed(
                "; ".join(one.what for one in fatal),
                why="; ".join(dict.fromkeys(one.why for one in fatal)),
                where=f"{self._nfs.server}:{self._nfs.path}",
                fix="; ".join(dict.fromkeys(one.fix for one in fatal)),
            )

    def _finding(self, trouble: Trouble) -> Finding:
        place = f"NFS {self._nfs.server}:{self._nfs.path}"
        return Finding("HW-231", "warn", place, trouble.what, trouble.why, trouble.fix)


_UNHEARD = Trouble(
    "What the test found could not be read",
    "its pods ended well, but their log cannot be had",
    "ask for the right to get pods/log; `wizard rbac --preset FILE` prints the whole role",
)


def nfs_claims(preset: Preset, nfs: NfsProvisioner) -> Sequence[NewClaim]:
    """The claims of Harbor that are to lie on the export."""
    return [one for one in new_claims(preset) if one.class_name == nfs.class_name]
