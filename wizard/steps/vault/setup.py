"""The steps that make an authority in a server, for cert-manager to sign by."""

from collections.abc import Sequence

from wizard.answers.authority import ServedAuthority
from wizard.steps.base import Step
from wizard.steps.inputs import Inputs
from wizard.steps.vault.accounts import VaultAccounts
from wizard.steps.vault.authority import VaultIssuing, VaultRoot
from wizard.steps.vault.login import VaultKubernetesLogin
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
    root = VaultRoot(inputs, sessions, authority.root)
    root.needs = tuple(needs)
    return (
        VaultAccounts(inputs, ["target.namespace"], reviewing=True),
        root,
        VaultIssuing(inputs, sessions, authority.issuing, authority.root.mount),
        VaultRole(inputs, sessions, authority, address),
        VaultKubernetesLogin(inputs, sessions, api_server),
    )
