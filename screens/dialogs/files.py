"""Choose a file of this machine."""

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import DirectoryTree, Footer, Input, Static

from screens.dialogs.dialog import Dialog
from screens.signs import sign
from wizard.errors import WizardError


class _Tree(DirectoryTree):
    """Folders, and files with one of some endings; hidden ones are left out."""

    ICON_NODE, ICON_NODE_EXPANDED, ICON_FILE = "+ ", "- ", "  "

    def __init__(self, folder: Path, endings: tuple[str, ...]) -> None:
        super().__init__(folder)
        self._endings = endings

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        """The paths that are shown."""
        return [path for path in paths if not path.name.startswith(".") and self._fits(path)]

    def _fits(self, path: Path) -> bool:
        return not self._endings or path.suffix in self._endings or path.is_dir()


class Files(Dialog[Path]):
    """A tree of files, a line to type a path, and a preview of what is highlighted.

    `preview` tells what a file holds, in a few lines; it may raise WizardError.
    """

    CSS_PATH = "files.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", "Take this", tooltip="Take what is highlighted, be it a folder"),
        Binding("ctrl+u", "up", "Folder above", priority=True),
    ]

    def __init__(
        self,
        title: str,
        folder: Path,
        endings: tuple[str, ...] = (),
        preview: Callable[[Path], Awaitable[Content]] | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._folder = folder
        self._endings = endings
        self._preview = preview
        self._highlighted: Path | None = None

    def compose(self) -> ComposeResult:
        """The typed path above the tree, the preview below it."""
        with Vertical(classes="window"):
            yield Static(self._title, classes="window-title", markup=False)
            yield Input(placeholder="type a path, or choose below", classes="narrow")
            with Horizontal(id="files"):
                yield _Tree(self._folder, self._endings)
                if self._preview:
                    yield Static("", id="preview", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin in the tree."""
        self.query_one(_Tree).focus()

    @on(DirectoryTree.NodeHighlighted)
    def _moved(self, event: DirectoryTree.NodeHighlighted[object]) -> None:
        path = getattr(event.node.data, "path", None)
        if isinstance(path, Path):
            self._highlighted = path
            self._look(path)

    @work(group="preview", exclusive=True)
    async def _look(self, path: Path) -> None:
        """Say what a file holds; highlighting another one cancels it."""
        if self._preview is None:
            return
        preview = self.query_one("#preview", Static)
        try:
            preview.update(await self._preview(path))
        except WizardError as error:
            preview.update(Content(f"{sign('unknown')} no preview: {error.what}"))

    @on(DirectoryTree.FileSelected)
    def _selected(self, event: DirectoryTree.FileSelected) -> None:
        self.dismiss(event.path)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        """A file is taken, a folder is shown in the tree."""
        path = (self._folder / Path(event.value).expanduser()).absolute()
        if path.is_dir():
            self._show(path)
        elif path.is_file():
            self.dismiss(path)
        else:
            self.notify(f"There is no file {path}", severity="error", markup=False)

    def action_take(self) -> None:
        """Take what is highlighted."""
        if self._highlighted:
            self.dismiss(self._highlighted)

    def action_up(self) -> None:
        """Show the folder above."""
        self._show(self._folder.parent)

    def _show(self, folder: Path) -> None:
        self._folder = self._highlighted = folder
        tree = self.query_one(_Tree)
        tree.path = folder
        tree.focus()
