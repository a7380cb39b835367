"""The ServiceAccounts with which cert-manager logs in, and the server asks whose a token is."""

from collections.abc import Mapping, Sequence
from typing import Any

from wizard.charts.cert_manager import NAMESPACE
from wizard.charts.manifest import plural
from wizard.diagnose.kinds import PRESET_LABEL
from wizard.ports import Charts, Kind, NeededRight, Object, Ref, Right, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.cert_manager import installation
from wizard.steps.changes import changes_to, make
from wizard.steps.inputs import Inputs
from wizard.steps.vault.names import IssuerNames

RBAC = "rbac.authorization.k8s.io/v1"
_RBAC_GROUP = "rbac.authorization.k8s.io"
_TOKEN_SECRET = "kubernetes.io/service-account-token"  # noqa: S105 - the type of a Secret


class KeptObjects(Step):
    """Objects that are kept as they are given."""

    def __init__(
        self, id_: str, title: str, inputs: Inputs, objects: Sequence[Mapping[str, Any]]
    ) -> None:
        self.id, self.title = id_, title
        label = {"labels": {PRESET_LABEL: inputs.preset.name}}
        self._objects = [{**obj, "metadata": {**obj["metadata"], **label}} for obj in objects]

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        return rights_to_keep(self._objects, self.title)

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step."""
        return await changes_to(world.objects, self._objects)

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step."""
        planned = {change.ref: change for change in changes}
        for obj in self._objects:
            if change := planned.get(Ref.of(obj)):
                await make(world.objects, obj, change)


def rights_to_keep(objects: Sequence[Object], reason: str) -> list[NeededRight]:
    """What keeping such objects takes."""
    places = sorted({(Ref.of(obj).kind, Ref.of(obj).namespace) for obj in objects})
    return [
        NeededRight(Right(verb, kind.group, plural(kind), where), reason)
        for kind, where in places
        for verb in ("get", "create", "patch", "delete")
    ]


class VaultAccounts(Step):
    """The accounts are there, and cert-manager may make tokens of the one it logs in as.

    `reviewing`: the server gets a token of the cluster as well, to ask whose tokens are.
    """

    id = "pki.vault.accounts"
    title = "Accounts for cert-manager"

    def __init__(self, inputs: Inputs, needs: Sequence[str], *, reviewing: bool) -> None:
        self.needs = tuple(needs)
        self._inputs, self._reviewing = inputs, reviewing
        self._names = IssuerNames.of(inputs.preset)

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step. Whoever grants a right needs it: RBAC lets nobody give what they have not."""
        reason = "cert-manager logs in to the server that signs"
        found = rights_to_keep(self._objects("cert-manager", "cert-manager"), reason)
        names = self._names
        granted = Right("create", "", "serviceaccounts/token", names.namespace, names.issuer)
        found.append(NeededRight(granted, reason))
        reviews = [
            NeededRight(Right("create", group, resource), "the server asks whose a token is")
            for group, resource in (
                ("authentication.k8s.io", "tokenreviews"),
                ("authorization.k8s.io", "subjectaccessreviews"),
            )
        ]
        return [*found, *(reviews if self._reviewing else ())]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step."""
        return await changes_to(world.objects, await self._desired(world))

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step."""
        planned = {change.ref: change for change in changes}
        for obj in await self._desired(world):
            if change := planned.get(Ref.of(obj)):
                await make(world.objects, obj, change)

    @property
    def makes(self) -> Sequence[Ref]:
        """See Step."""
        return [self._inputs.secret(self._names.reviewer)] if self._reviewing else []

    async def _desired(self, world: World) -> list[Object]:
        return self._objects(*await controller_account(world))

    def _objects(self, namespace: str, account: str) -> list[Object]:
        """`account` is cert-manager's own ServiceAccount, in its namespace."""
        names = self._names
        controller = {"kind": "ServiceAccount", "name": account, "namespace": namespace}
        rule = {
            "apiGroups": [""],
            "resources": ["serviceaccounts/token"],
            "resourceNames": [names.issuer],
            "verbs": ["create"],
        }
        objects = [
            self._object(Kind("v1", "ServiceAccount"), names.issuer),
            self._object(Kind(RBAC, "Role"), names.issuer) | {"rules": [rule]},
            self._object(Kind(RBAC, "RoleBinding"), names.issuer)
            | {"roleRef": role_ref("Role", names.issuer), "subjects": [controller]},
        ]
        return [*objects, *(self._reviewer() if self._reviewing else ())]

    def _reviewer(self) -> list[Object]:
        names = self._names
        token = self._object(Kind("v1", "Secret"), names.reviewer)
        token["metadata"]["annotations"] = {"kubernetes.io/service-account.name": names.reviewer}
        binding = self._object(Kind(RBAC, "ClusterRoleBinding"), names.reviewing, namespaced=False)
        reviewer = {"kind": "ServiceAccount", "name": names.reviewer, "namespace": names.namespace}
        return [
            self._object(Kind("v1", "ServiceAccount"), names.reviewer),
            token | {"type": _TOKEN_SECRET},
            binding
            | {"roleRef": role_ref("ClusterRole", "system:auth-delegator"), "subjects": [reviewer]},
        ]

    def _object(self, kind: Kind, name: str, *, namespaced: bool = True) -> Object:
        metadata: Object = {"name": name, "labels": {PRESET_LABEL: self._inputs.preset.name}}
        if namespaced:
            metadata["namespace"] = self._names.namespace
        return {**kind.head, "metadata": metadata}


def role_ref(kind: str, name: str) -> Object:
    """A role as bindings refer to it."""
    return {"apiGroup": _RBAC_GROUP, "kind": kind, "name": name}


async def controller_account(world: World) -> tuple[str, str]:
    """Namespace and name of the ServiceAccount that cert-manager runs as; its chart's own names
    where it is not to be seen.
    """
    for obj in (await installation(world)).controllers:
        account = obj["spec"]["template"]["spec"].get("serviceAccountName", "default")
        return obj["metadata"]["namespace"], account
    return NAMESPACE, NAMESPACE
