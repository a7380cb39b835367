"""Choose a file of this machine."""

from collections.abc import Callable, Iterable
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import DirectoryTree, Footer, Input, Static

from screens.dialogs.dialog import Dialog


class _Tree(DirectoryTree):
    """Folders, and files with one of some endings; hidden ones are left out."""

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

    `preview` tells what a file holds, in a few lines; it may raise OSError.
    """

    def __init__(
        self,
        title: str,
        folder: Path,
        endings: tuple[str, ...] = (),
        preview: Callable[[Path], str] | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._folder = folder
        self._endings = endings
        self._preview = preview

    def compose(self) -> ComposeResult:
        """The typed path above the tree, the preview beside it."""
        with Vertical(classes="window"):
            yield Static(self._title, classes="window-title", markup=False)
            yield Input(placeholder="type a path, or choose below", classes="narrow")
            with Horizontal():
                yield _Tree(self._folder, self._endings)
                if self._preview:
                    yield Static("", id="preview", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Begin in the tree."""
        self.query_one(_Tree).focus()

    @on(DirectoryTree.NodeHighlighted)
    def _highlighted(self, event: DirectoryTree.NodeHighlighted[object]) -> None:
        path = getattr(event.node.data, "path", None)
        if self._preview and isinstance(path, Path):
            self.query_one("#preview", Static).update(self._told(path))

    def _told(self, path: Path) -> str:
        if not path.is_file() or self._preview is None:
            return ""
        try:
            return self._preview(path)
        except OSError as error:
            return f"cannot be read: {(error.strerror or 'unknown reason').lower()}"

    @on(DirectoryTree.FileSelected)
    def _selected(self, event: DirectoryTree.FileSelected) -> None:
        self.dismiss(event.path)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        path = (self._folder / Path(event.value).expanduser()).absolute()
        if path.is_file():
            self.dismiss(path)
        else:
            self.notify(f"There is no file {path}", severity="error")
