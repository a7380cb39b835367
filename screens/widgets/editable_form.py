"""A form whose answers can be chosen and edited in windows of their own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on, work

from screens.models.desk import Desk
from screens.models.row_states import RowStates
from screens.widgets.form import Form
from screens.widgets.rows import QuestionRow
from wizard.answers.paths import Path

if TYPE_CHECKING:
    from screens.editing import Editing


class EditableForm(Form):
    """The questions at some paths; `editing` opens the windows."""

    def __init__(
        self,
        editing: "Editing",
        desk: Desk,
        paths: Sequence[Path],
        states: RowStates,
        *,
        all_in_front: bool = False,
    ) -> None:
        super().__init__(desk, paths, states, all_in_front=all_in_front)
        self._editing = editing

    def pick(self) -> None:
        """Choose the answer in front from what there is, or edit it."""
        row = self.row_in_front
        if row:
            self._choose(row)

    @on(QuestionRow.Pressed)
    def _pressed(self, event: QuestionRow.Pressed) -> None:
        event.stop()
        self._choose(event.row)

    @work(group="choose", exclusive=True)
    async def _choose(self, row: QuestionRow) -> None:
        if await self._editing.choose(row):
            await self.edited(row.question.path)
