"""What steps are made from: the answers, resolved secrets and verified chart packages."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from wizard.answers.preset import Preset
from wizard.answers.secrets import KubernetesSecret, Secret
from wizard.charts.names import MARK, Names
from wizard.charts.package import Packages
from wizard.diagnose.kinds import PRESET_LABEL
from wizard.errors import CheckFailed, SecretMissing
from wizard.ports import Custodian, Kind, NeededRight, Object, Ref, Right, World

SECRET = Kind("v1", "Secret")


_PUBLIC = {"tls.crt", "ca.crt"}
"""The entries of Secrets that are none: certificates."""


def entry_text(entries: Mapping[str, bytes], key: str, place: str) -> str:
    """An entry of the Secret at `place` (namespace/name) as text; empty where there is none.

    Raises CheckFailed where it is no text.
    """
    try:
        return entries.get(key, b"").decode()
    except UnicodeDecodeError:
        raise CheckFailed(
            f"The entry `{key}` of the Secret {place} is no text",
            why="it is not UTF-8, so nobody could type or send it",
            where=f"Secret {place}",
            fix="put text there: kubectl create secret generic takes it with --from-literal",
        ) from None


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The preset (its profile filled in) and what belongs to it on this machine.

    `secrets` holds the values of references to this machine (env, file, prompt), by path.
    `conceal` is told every secret that is read or made, before it could be shown anywhere.
    `gate_seconds` is how long a gate waits before it gives up. `begun` is when the run began.
    `attended`: a person is there, who can take keys into custody. `custodian`: who shows them to
    that person, if anybody.
    """

    preset: Preset
    packages: Packages
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    conceal: Callable[[str], None] = field(default=lambda _: None, repr=False)
    gate_seconds: float = 3600.0
    clock: Callable[[], datetime] = _utc_now
    begun: datetime = field(default_factory=_utc_now)
    attended: bool = True
    custodian: Custodian | None = None

    @property
    def namespace(self) -> str:
        """The namespace that Harbor is installed in."""
        return self.preset.target.namespace

    @property
    def names(self) -> Names:
        """The names of all objects of the release."""
        return Names(self.preset.target.release)

    def secret(self, name: str) -> Ref:
        """The address of a Secret in the target namespace."""
        return Ref(SECRET, self.namespace, name)

    def secret_object(
        self, name: str, entries: Mapping[str, bytes], type_: str = "Opaque", namespace: str = ""
    ) -> Object:
        """A Secret in the target namespace, or in a component's, as the wizard applies it."""
        return {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": name,
                "namespace": namespace or self.namespace,
                "labels": {MARK: namespace} if namespace else {PRESET_LABEL: self.preset.name},
            },
            "type": type_,
            "data": {key: b64encode(value).decode() for key, value in entries.items()},
        }

    async def entries(self, world: World, name: str, namespace: str = "") -> dict[str, bytes]:
        """The entries of a Secret in the target namespace or another; empty: it is not there.

        All but those that anyone may see are concealed from now on.
        """
        found = await world.objects.get(Ref(SECRET, namespace or self.namespace, name))
        data = (found or {}).get("data") or {}
        entries = {key: b64decode(value) for key, value in data.items()}
        self.conceal_entries(entries)
        return entries

    def conceal_entries(self, entries: Mapping[str, bytes]) -> None:
        """Conceal what a Secret holds or is to hold."""
        for key in entries.keys() - _PUBLIC:
            with suppress(UnicodeDecodeError):
                self.conceal(entries[key].decode())

    async def text(self, world: World, name: str, key: str, namespace: str = "") -> str:
        """An entry of a Secret; empty where there is none. Raises CheckFailed: it is no text."""
        entries = await self.entries(world, name, namespace)
        return entry_text(entries, key, f"{namespace or self.namespace}/{name}")

    async def given(self, world: World, path: str, reference: Secret) -> str:
        """The value of a secret that somebody else made. Raises SecretMissing."""
        if not isinstance(reference, KubernetesSecret):
            return self.secrets[path]
        source = reference.secret
        namespace = source.namespace or self.namespace
        value = await self.text(world, source.name, source.key, namespace)
        if not value:
            raise SecretMissing(
                f"The Secret {namespace}/{source.name} has no entry `{source.key}`",
                why=f"{path} refers to it",
                where=path,
                fix="create the Secret with that entry, or refer to another",
            )
        return value

    def rights_to_read(self, path: str, reference: Secret) -> Sequence[NeededRight]:
        """The right that `given` takes for a reference."""
        if not isinstance(reference, KubernetesSecret):
            return ()
        source = reference.secret
        right = Right("get", "", "secrets", source.namespace or self.namespace, source.name)
        return (NeededRight(right, f"{path} refers to this Secret"),)

    def rights_in_namespace(
        self, resource: str, reason: str, *verbs: str, group: str = "", namespace: str = ""
    ) -> Sequence[NeededRight]:
        """Rights on a resource of the target namespace or another, all for one reason."""
        place = namespace or self.namespace
        return [NeededRight(Right(verb, group, resource, place), reason) for verb in verbs]

    def rights_to_keep_secrets(self, reason: str, namespace: str = "") -> Sequence[NeededRight]:
        """Rights to keep Secrets of the target namespace or another as they are wanted."""
        verbs = ("get", "create", "patch", "delete")
        return self.rights_in_namespace("secrets", reason, *verbs, namespace=namespace)
