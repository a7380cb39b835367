"""The map of the whole way: where one is, what is done, what has problems."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Static

from screens.signs import State, css_class, sign


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the way: its id, its title, how it stands."""

    id: str
    title: str
    state: State


class StepMap(Horizontal):
    """All stops in a line; in a column where there is room. A click jumps."""

    @dataclass
    class Chosen(Message):
        """The person wants to go to a stop."""

        id: str

    def __init__(self, stops: Sequence[Stop]) -> None:
        super().__init__(id="map")
        self._stops = stops

    def compose(self) -> ComposeResult:
        """A label for each stop."""
        for stop in self._stops:
            yield StopLabel(stop)

    def show(self, stops: Sequence[Stop]) -> None:
        """Show these of the stops, as they stand now."""
        now = {stop.id: stop for stop in stops}
        for label in self.query(StopLabel):
            label.display = label.stop.id in now
            if (stop := now.get(label.stop.id, label.stop)) != label.stop:
                label.show(stop)


class StopLabel(Static):
    """A stop on the map."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(markup=False)
        self.stop = stop

    def on_mount(self) -> None:
        """Show the state."""
        self.show(self.stop)

    def show(self, stop: Stop) -> None:
        """Show another state."""
        self.remove_class(css_class(self.stop.state))
        self.stop = stop
        self.add_class(css_class(stop.state))
        self.update(f"{sign(stop.state)} {stop.title}")

    def on_click(self) -> None:
        """Jump there."""
        self.post_message(StepMap.Chosen(self.stop.id))
