"""What the application is given by the command that starts it: its ways into the world."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from screens.models.notices import Notices

if TYPE_CHECKING:
    from wizard.answers.draft import Draft
    from wizard.answers.network import Network
    from wizard.answers.preset import Preset
    from wizard.contexts import Context
    from wizard.plan.plan import Wanted
    from wizard.ports import Ref, World


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways into the world, and what the command line said.

    `open_world` opens the cluster of a kubeconfig context (None: the current one), over a network
    (None: without anything to be known of it). `ask` names the
    page to show alone, or is "missing" for those on which something is wrong; empty: all.
    """

    open_world: "Callable[[str | None, Network | None], AbstractAsyncContextManager[World]]"
    contexts: "Callable[[], Sequence[Context]]"
    """The contexts to choose from; raises WizardError for a kubeconfig that cannot be used."""
    state: Path
    """Where the wizard keeps what outlives it; another folder for rehearsals."""
    log_dir: Path | None = None
    scenario: str = ""
    """The simulated cluster's scenario; empty for a real one."""
    scenarios: "Callable[[], Sequence[tuple[str, str]]]" = tuple
    """What can be rehearsed: names, each with what happens there."""
    rehearsal: "Callable[[str], Ways] | None" = None
    """The ways into the simulated cluster of a scenario."""
    draft: "Draft | None" = None
    """The answers that the command line gave; None: it gave none."""
    presets: tuple[Path, ...] = ()
    ask: str = ""
    watch: "Wanted | None" = None
    """The release to watch, instead of an installation."""
    preset: "Preset | None" = None
    """What that was installed by, where the command line says so."""
    retarget: bool = False
    gate_seconds: float = 3600.0
    notices: Notices = field(default_factory=Notices)
    """What a login program says while the world is opened."""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    opener: "Callable[[], Callable[[str, Ref], None] | None]" = lambda: None
    """What opens k9s at an object of a context, and returns when it is left; None: there is no such
    program."""

    @property
    def drafts(self) -> Path:
        """Where the drafts of unfinished sessions are."""
        return self.state / "drafts"
