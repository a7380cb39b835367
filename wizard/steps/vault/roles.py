"""The role that signs for Harbor, and the policy that lets cert-manager use it."""

from collections.abc import Sequence

from wizard.answers.authority import ServedAuthority
from wizard.answers.pki import SelfSigned
from wizard.answers.rules_exposure import is_address
from wizard.answers.scalars import seconds
from wizard.ports import Charts, NeededRight, World
from wizard.steps.base import ObjectChange, Reporter, Step
from wizard.steps.inputs import Inputs
from wizard.steps.vault.entries import Entry, entry, entry_change, write_entry
from wizard.steps.vault.names import IssuerNames
from wizard.steps.vault.sessions import Sessions


class VaultRole(Step):
    """Role, policy, and the addresses of certificates and revocations are as the answers say."""

    id = "pki.vault.role"
    title = "Role that signs"
    needs = ("pki.vault.issuing",)

    def __init__(
        self, inputs: Inputs, sessions: Sessions, authority: ServedAuthority, address: str
    ) -> None:
        """`address` is where the server is reached by those who read certificates."""
        self._sessions = sessions
        self._entries = role_entries(inputs, authority, address)

    async def rights(self, charts: Charts) -> Sequence[NeededRight]:
        """See Step; what it takes in the server is a policy there."""
        return ()

    async def check(self, world: World) -> Sequence[ObjectChange]:
        """See Step."""
        async with self._sessions(world) as session:
            found = [await entry_change(session, one) for one in self._entries]
        return [change for change in found if change]

    async def apply(self, world: World, changes: Sequence[ObjectChange], report: Reporter) -> None:
        """See Step."""
        planned = {change.ref for change in changes}
        async with self._sessions(world) as session:
            for one in self._entries:
                if one.ref in planned:
                    await write_entry(session, one)


def role_entries(inputs: Inputs, authority: ServedAuthority, address: str) -> Sequence[Entry]:
    """What the role's step keeps. The role signs for Harbor's host alone."""
    pki, host = inputs.preset.pki, inputs.preset.harbor.host
    assert isinstance(pki, SelfSigned)
    issuing = authority.issuing
    life = seconds(pki.certificate.duration)
    names = IssuerNames.of(inputs.preset)
    rules = f'path "{sign_path(authority)}" {{\n  capabilities = ["create", "update"]\n}}\n'
    return [
        *(
            entry(
                "Urls",
                f"{mount}/config/urls",
                issuing_certificates=[f"{address}/v1/{mount}/ca"],
                crl_distribution_points=[f"{address}/v1/{mount}/crl"],
            )
            for mount in authority.mounts
        ),
        entry(
            "Role",
            f"{issuing.mount}/roles/{issuing.role}",
            allowed_domains=[] if is_address(host) else [host],
            allow_bare_domains=True,
            allow_subdomains=False,
            allow_localhost=False,
            allow_ip_sans=is_address(host),
            key_type="any",
            require_cn=False,
            server_flag=True,
            client_flag=False,
            ttl=life,
            max_ttl=life,
        ),
        entry("Policy", f"sys/policies/acl/{names.issuer}", policy=rules),
    ]


def sign_path(authority: ServedAuthority) -> str:
    """The path by which cert-manager has certificates signed."""
    return f"{authority.issuing.mount}/sign/{authority.issuing.role}"
