"""cert-manager's login to the server: by a ServiceAccount of the cluster."""

import hashlib
from collections.abc import Sequence

from wizard.errors import Unreachable
from wizard.ports import Charts, NeededRight, Right, World
from wizard.steps.base import FieldChange, ObjectChange, Reporter, Step
from wizard.steps.difference import ABSENT, digest
from wizard.steps.inputs import Inputs
from wizard.steps.vault.api_server import RIGHT_TO_AUTHORITY, api_authority
from wizard.steps.vault.entries import (
    Entry,
    entry,
    entry_change,
    make_mount,
    mount_change,
    place,
    write_entry,
)
from wizard.steps.vault.names import IssuerNames
from wizard.steps.vault.sessions import Sessions

_TYPE = "kubernetes"
_TOKEN_SECONDS = 600
"""How long cert-manager's token in the server lasts: it logs in anew for each signature."""
_UNKNOWN = "not known yet"


class VaultKubernetesLogin(Step):
    """cert-manager's ServiceAccount may log in and gets the policy; the server asks the cluster
    whose a token is, with a token of its own.

    The server never tells which token that is. So the description of the mount carries a digest
    of it, written last: where it is another one, or none, the configuration is written again.
    """

    id = "pki.vault.login"
    title = "Login for cert-manager"
    needs = ("pki.vault.role", "pki.vault.accounts")

    def __init__(self, inputs: Inputs, sessions: Sessions, host: str = "") -> None:
        """`host` is where the server reaches the API server; without it, where we do."""
        self._inputs, self._sessions, self._host = inputs, sessions, host
        self._names = IssuerNames.of(inputs.preset)
        self._mount = place("Mount", f"sys/auth/{self._names.auth_mount}")

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step."""
        names, reason = self._names, "the server asks the cluster whose a token is"
        token = Right("get", "", "secrets", names.namespace, names.reviewer)
        return [NeededRight(right, reason) for right in (token, RIGHT_TO_AUTHORITY)]

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step."""
        entries = await self._entries(world)
        async with self._sessions(world) as session:
            mount = await mount_change(session, self._mount.name, _TYPE, 0)
            found = [await entry_change(session, one) for one in entries]
            known = await session.read(self._mount.name) or {}
        changes = [change for change in (mount, *found) if change]
        wanted = await self._description(world)
        if mount is None and known.get("description") != wanted:
            field = FieldChange("description", known.get("description") or ABSENT, wanted)
            content = digest({"metadata": {"name": self._mount.name}})
            changes.insert(0, ObjectChange("update", self._mount, (field,), content=content))
        return changes

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. Raises Unreachable, to be tried again, until the cluster has made the token."""
        await self._require_token(world)
        planned = {change.ref for change in changes}
        config, role = await self._entries(world)
        async with self._sessions(world) as session:
            if change := await mount_change(session, self._mount.name, _TYPE, 0):
                await make_mount(session, change, _TYPE, 0)
            if {self._mount, config.ref} & planned:
                await write_entry(session, config)
            if role.ref in planned:
                await write_entry(session, role)
            tuned = {"description": await self._description(world)}
            await session.write(f"{self._mount.name}/tune", tuned)

    async def _entries(self, world: World) -> tuple[Entry, Entry]:
        """Configuration and role, as far as they are known."""
        names, base = self._names, f"auth/{self._names.auth_mount}"
        config = {
            "kubernetes_host": self._host or (await world.access.server()).url,
            "kubernetes_ca_cert": await api_authority(world),
            "disable_local_ca_jwt": True,
        }
        token = {"token_reviewer_jwt": await self._token(world)}
        role = entry(
            "LoginRole",
            f"{base}/role/{names.issuer}",
            bound_service_account_names=[names.issuer],
            bound_service_account_namespaces=[names.namespace],
            audience=names.audience,
            token_policies=[names.issuer],
            token_no_default_policy=True,
            token_ttl=_TOKEN_SECONDS,
        )
        return Entry("LoginConfig", f"{base}/config", config, token), role

    async def _token(self, world: World) -> str:
        return await self._inputs.text(world, self._names.reviewer, "token")

    async def _description(self, world: World) -> str:
        token = await self._token(world)
        told = hashlib.sha256(token.encode()).hexdigest()[:12] if token else _UNKNOWN
        return f"Harbor in the namespace {self._names.namespace}; asks with the token {told}"

    async def _require_token(self, world: World) -> None:
        if not await self._token(world):
            raise Unreachable(
                f"Kubernetes has not filled the Secret {self._names.reviewer} yet",
                why="its controllers do so moments after it is made",
                where=f"namespace {self._names.namespace}",
            )
