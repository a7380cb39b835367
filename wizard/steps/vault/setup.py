"""The steps that make an authority in a server, for cert-manager to sign by."""

from collections.abc import Sequence

from wizard.answers.authority import OfflineSigner, ServedAuthority
from wizard.steps.base import Step
from wizard.steps.inputs import Inputs
from wizard.steps.vault.accounts import VaultAccounts
from wizard.steps.vault.authority import VaultIssuing, VaultRoot
from wizard.steps.vault.login import VaultKubernetesLogin
from wizard.steps.vault.offline import OfflineIssuing
from wizard.steps.vault.roles import VaultRole
from wizard.steps.vault.sessions import Sessions


def setup_steps(
    inputs: Inputs,
    authority: ServedAuthority,
    sessions: Sessions,
    address: str,
    needs: Sequence[str] = (),
    api_server: str = "",
) -> Sequence[Step]:
    """Root, issuing authority, role, policy and login. `address` is the server's, `needs` the
    steps that bring it, `api_server` where it reaches the API server (empty: where we do).

    The last one's id is `pki.vault.login`; with it done, cert-manager may log in and sign.
    """
    return (
        VaultAccounts(inputs, ["target.namespace"], reviewing=True),
        *_authorities(inputs, authority, sessions, needs),
        VaultRole(inputs, sessions, authority, address),
        VaultKubernetesLogin(inputs, sessions, api_server),
    )


def _authorities(
    inputs: Inputs, authority: ServedAuthority, sessions: Sessions, needs: Sequence[str]
) -> Sequence[Step]:
    """The issuing authority, and its root where that is made in the server too."""
    issuing = authority.issuing
    if isinstance(issuing.signer, OfflineSigner):
        signed = OfflineIssuing(inputs, sessions, issuing, issuing.signer)
        signed.needs = tuple(needs)
        return (signed,)
    root = VaultRoot(inputs, sessions, authority.root)
    root.needs = tuple(needs)
    return (root, VaultIssuing(inputs, sessions, issuing, authority.root.mount))
