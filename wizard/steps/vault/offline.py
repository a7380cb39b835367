"""The issuing authority whose request an authority outside signs, by hand and in its own time.

Its key is made in the server and never leaves it. The request can be made of it again at any time
(`intermediate/generate/existing`, https://openbao.org/api-docs/secret/pki/), so a run goes on from
any machine, days later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wizard.answers.authority import Issuing, OfflineSigner
from wizard.answers.pki import SelfSigned
from wizard.answers.preset import Preset
from wizard.answers.scalars import seconds
from wizard.answers.writing import write_atomically
from wizard.certificates import CertificateProblem, GivenAuthority, Judgement
from wizard.environment import state_folder
from wizard.errors import CheckFailed, PersonAwaited, StepFailed
from wizard.ports import World
from wizard.steps.base import FieldChange, ObjectChange, Reporter
from wizard.steps.commercial import file_bytes
from wizard.steps.difference import ABSENT, digest
from wizard.steps.inputs import Inputs
from wizard.steps.vault.authority import PKI, Held, VaultAuthorityStep, held_by
from wizard.steps.vault.entries import mount_change, place
from wizard.steps.vault.sessions import Sessions
from wizard.vaults import VaultSession

KEY_NAME = "harbor-issuing"
"""What the key is called in its mount."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What is in the server, and what the person put beside the preset.

    `key` identifies the key in the server; empty: it is not made yet. `signed` is the chain in
    the file of the answers; None: the file is not there.
    """

    held: Held | None
    key: str
    signed: Judgement | None

    @property
    def renews(self) -> bool:
        """Whether the file has a certificate that is to replace the one in the server."""
        if self.held is None or self.signed is None:
            return False
        return self.signed.chain[0].not_after > self.held.own.not_after


class OfflineIssuing(VaultAuthorityStep):
    """The issuing authority stands in its mount, signed outside, stored with all above it."""

    id = "pki.vault.issuing"
    title = "Issuing certificate, signed outside"
    answers = "pki.authority.issuing"

    def __init__(
        self, inputs: Inputs, sessions: Sessions, wanted: Issuing, signer: OfflineSigner
    ) -> None:
        super().__init__(inputs, sessions, wanted)
        self._signer = signer
        self._request_file = request_file(inputs.preset, wanted)

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step. Raises CheckFailed where the mount holds another authority, or the file a
        certificate that will not do.
        """
        async with self._sessions(world) as session:
            mount = await mount_change(session, self._path, PKI, self._longest)
            found = await self._find(world, session)
        changes = (mount, self._to_request(world, found), self._to_import(world, found))
        return [one for one in changes if one]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step. Raises PersonAwaited while nobody has signed."""
        async with self._sessions(world) as session:
            await self._mounted(session, changes)
            found = await self._find(world, session)
            if self._to_request(world, found):
                await self._request_signature(session, found)
            if not self._to_import(world, found):
                return
            if found.signed is None:
                for line in self._request_file.read_text().splitlines():
                    report.log(line)
                raise self._awaited(world)
            await self._import(session, found.signed)

    async def _find(self, world: World, session: VaultSession) -> _Found:
        """Raises CheckFailed where what is there does not fit together."""
        held = await held_by(world, session, self._mount)
        key = await _key_in(session, self._mount)
        signed = self._signed(world, key, held)
        if held is not None:
            judged = self._judge(world, held.chain.encode(), key)
            problems = {one.code: one for one in judged.problems}
            if not key or "other-key" in problems:
                self._refuse_mount(f"it is {held.own.subject}, whose key was not made for this")
            if signed is None and (problem := problems.get("other-root")):
                self._refuse_mount(problem.message.rstrip("."))
        return _Found(held, key, signed)

    def _signed(self, world: World, key: str, held: Held | None) -> Judgement | None:
        """The chain in the file. What is wrong with it stops nobody who has a good one already."""
        content = signed_content(self._signer)
        if not content:
            return None
        judged = self._judge(world, content, key)
        problems = [one for one in judged.problems if one.level == "bad"]
        if not key:
            problems = [_TOO_EARLY]
        if problems and held is None:
            raise CheckFailed(
                f"The signed certificate will not do: {problems[0].message.rstrip('.')}",
                why="; ".join(one.message.rstrip(".") for one in problems[1:])
                or "it is tried before it is stored, so nothing was changed",
                where=str(self._signer.certificate),
                fix=problems[0].fix,
            )
        return None if problems else judged

    def _judge(self, world: World, chain: bytes, key: str) -> Judgement:
        return judged_authority(world, self._inputs.preset, self._signer, chain, key)

    def _refuse_mount(self, why: str) -> None:
        raise CheckFailed(
            f"The mount {self._mount} holds another authority",
            why=f"{why}; replacing it would make every certificate under it invalid",
            where=f"{self.answers}.mount",
            fix=f"give another mount in {self.answers}.mount",
        )

    def _to_request(self, world: World, found: _Found) -> ObjectChange | None:
        """The change that makes the request; None: nobody needs it, or it is saved."""
        if found.held or found.signed:
            return None
        saved = self._request_file
        there = world.certificates.key_of(saved.read_bytes()) if saved.is_file() else ""
        if found.key and there == found.key:
            return None
        wanted = self._wanted
        fields = (
            FieldChange("name", ABSENT, wanted.common_name),
            FieldChange("key", ABSENT, wanted.key_type),
            FieldChange("saved as", ABSENT, str(saved)),
        )
        named = {"metadata": {"name": wanted.common_name}, "key": wanted.key_type}
        ref = place("SigningRequest", self._mount)
        return ObjectChange("create", ref, fields, content=digest(named))

    async def _request_signature(self, session: VaultSession, found: _Found) -> None:
        """Make key and request, or the request alone where an earlier attempt made the key."""
        kind, wanted = "internal", {**self._request(), "key_name": KEY_NAME}
        if found.key:
            kind, key = "existing", ("key_type", "key_bits", "key_name")
            wanted = {name: value for name, value in wanted.items() if name not in key}
            wanted |= {"key_ref": KEY_NAME}
        made = await session.write(f"{self._mount}/intermediate/generate/{kind}", wanted)
        _save(self._request_file, f"{made.data['csr'].strip()}\n")

    def _to_import(self, world: World, found: _Found) -> ObjectChange | None:
        """The change that stores the signed certificate, or will; None: it is stored."""
        if found.held and not found.renews:
            return None
        ref, before = place("Authority", self._mount), ABSENT
        if found.held:
            before = f"{found.held.own.not_after:%Y-%m-%d}"
        if found.signed is None:
            waits = f"an authority below {self._root(world)}, outside: the run waits for it"
            fields = [
                FieldChange("signed by", ABSENT, waits),
                FieldChange("read from", ABSENT, str(self._signer.certificate)),
            ]
        else:
            own = found.signed.chain[0]
            fields = [
                FieldChange("name", ABSENT, own.subject),
                FieldChange("signed by", ABSENT, own.issuer),
                FieldChange("valid until", before, f"{own.not_after:%Y-%m-%d}"),
            ]
        content = digest({"metadata": {"name": fields[0].after}, "until": fields[-1].after})
        return ObjectChange(
            "update" if found.held else "create", ref, tuple(fields), content=content
        )

    async def _import(self, session: VaultSession, signed: Judgement) -> None:
        """Store the chain; of several certificates of the key this one signs from now on."""
        stored = await session.write(
            f"{self._mount}/intermediate/set-signed", {"certificate": signed.served.decode()}
        )
        mapping: Mapping[str, str] = stored.data.get("mapping") or {}
        issuers = [issuer for issuer, key in mapping.items() if key]
        if issuers:
            await session.write(f"{self._mount}/config/issuers", {"default": issuers[0]})

    def _root(self, world: World) -> str:
        return world.certificates.read(file_bytes(self._signer.root))[0].subject

    def _awaited(self, world: World) -> PersonAwaited:
        return PersonAwaited(
            "The request for the issuing certificate waits to be signed",
            why=f"an authority below {self._root(world)} signs it outside, and there is nothing "
            f"yet at {self._signer.certificate}; the request is {self._request_file}",
            where=str(self._request_file),
            fix="have it signed as a subordinate authority (CA:TRUE, path length 0, keyCertSign, "
            f"{self._wanted.years} years), put the certificate with all between it and the root "
            f"at {self._signer.certificate}, then give the same command again: it goes on there",
        )


_TOO_EARLY = CertificateProblem(
    "bad",
    "too-early",
    "it was signed before there was a request: the key in the server is yet to be made.",
    "Take the file away, run, and have the request signed that the run saves.",
)


def request_file(preset: Preset, issuing: Issuing) -> Path:
    """Where the request is saved on this machine."""
    name = f"{preset.name}-{issuing.mount.replace('/', '-')}.csr"
    return state_folder() / "requests" / name


def signed_content(signer: OfflineSigner) -> bytes:
    """What the person put at the path of the answers; empty: nothing yet. Raises UsageError."""
    return file_bytes(signer.certificate) if signer.certificate.exists() else b""


def judged_authority(
    world: World, preset: Preset, signer: OfflineSigner, chain: bytes, key: str = ""
) -> Judgement:
    """Whether a chain will do for Harbor's host; `key` identifies the key it has to be for."""
    assert isinstance(preset.pki, SelfSigned)
    root, life = file_bytes(signer.root), seconds(preset.pki.certificate.duration)
    return world.certificates.judge_authority(
        GivenAuthority(chain, root, key, preset.harbor.host, life)
    )


async def _key_in(session: VaultSession, mount: str) -> str:
    """The identifier of the key that was made for the request; empty: there is none."""
    for one in await session.list(f"{mount}/keys"):
        held = await session.read(f"{mount}/key/{one}") or {}
        if held.get("key_name") == KEY_NAME:
            return str(held["subject_key_id"])
    return ""


def _save(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, text.encode())
    except OSError as error:
        raise StepFailed(
            "The request cannot be saved",
            why=error.strerror or str(error),
            where=str(path),
            fix="make room there, or name another place by XDG_STATE_HOME, then give the same "
            "command again",
        ) from None
