"""The parts of Review each by itself: rows, panes, progress, what was agreed to."""

from typing import Any

from textual.app import App, ComposeResult

from screens.dialogs.type_name import TypeName
from screens.models.agreement import Agreement
from screens.models.answer_rows import answer_of, answer_rows
from screens.models.looking import Looking
from screens.models.plan_rows import first_opened, plan_rows
from screens.models.rows import Line, Row
from screens.models.telling import Told
from screens.widgets.panes import Panes
from screens.widgets.row_list import RowList
from tests.screens.review_app import DEMO, demo_ways, session_of
from tests.screens.screen_text import screen_lines
from wizard.checks.base import Check, Outcome, Result
from wizard.checks.suite import CHECKS
from wizard.plan.plan import Plan, PlannedStep, Target
from wizard.ports import Kind, Ref
from wizard.run.redaction import Redactor
from wizard.run.telling import RunTeller
from wizard.steps.base import FieldChange, ObjectChange

CORE = Ref(Kind("apps/v1", "Deployment"), "harbor", "harbor-core")
TARGET = Target("uid", "prod", "harbor", "harbor")


class ListApp(App[None]):
    """A list alone."""

    CSS = "RowList { border: none; padding: 0; height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield RowList("rows")

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        self.told.append(("chosen", event.key))

    def on_row_list_toggled(self, event: RowList.Toggled) -> None:
        self.told.append(("toggled", event.key))


def rows(*keys: str) -> list[Row]:
    return [Row(key, (Line(f"row {key or 'heading'}"),)) for key in keys]


async def test_a_list_passes_over_headings_and_tells_what_is_chosen_and_toggled() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 12)) as pilot:
        shown = app.query_one(RowList)
        shown.show(rows("", "a", "", "b"))
        shown.focus()
        await pilot.pause()
        assert shown.key == "a"
        await pilot.press("enter", "down", "space")
        await pilot.pause()
        assert app.told == [("chosen", "a"), ("toggled", "b")]


async def test_a_list_keeps_its_cursor_when_other_rows_are_shown() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 12)):
        shown = app.query_one(RowList)
        shown.show(rows("a", "b", "c"))
        shown.move_to(lambda key: key == "c")
        shown.show(rows("new", "", "c"))
        assert shown.key == "c"
        shown.show(rows("", "other"))
        assert shown.key == "other"
        shown.show([])
        assert shown.key == ""


async def test_lines_wrap_under_their_own_beginning_at_every_width() -> None:
    app = ListApp()
    async with app.run_test(size=(40, 12)) as pilot:
        text = "one two three four five six seven eight nine"
        app.query_one(RowList).show([Row("a", (Line(text, lead="Fix: ", indent=2),))])
        await pilot.pause()
        first, second, *_ = screen_lines(app)
        assert first.strip().startswith("Fix: one two")
        assert second.index(second.strip()[0]) == first.index("one")
        await pilot.resize_terminal(80, 12)
        await pilot.pause()
        assert "six seven eight nine" in screen_lines(app)[0]


async def test_markup_in_foreign_text_is_shown_as_it_is() -> None:
    app = ListApp()
    async with app.run_test(size=(60, 6)) as pilot:
        app.query_one(RowList).show([Row("a", (Line("[red]no[/red] [/]", lead="[b] "),))])
        await pilot.pause()
        assert "[b] [red]no[/red] [/]" in screen_lines(app)[0]


class PanesApp(App[None]):
    """Panes alone."""

    CSS = """
    .pane { display: none; }
    .pane.-shown { display: block; }
    #tabs { height: 1; }
    .tab { width: auto; }
    """

    def compose(self) -> ComposeResult:
        yield Panes(("one", "two"))


async def test_a_click_on_a_tab_shows_its_pane() -> None:
    app = PanesApp()
    async with app.run_test(size=(60, 10)) as pilot:
        panes = app.query_one(Panes)
        for id_ in ("one", "two"):
            panes.name_pane(id_, f"Pane {id_}")
            panes.rows(id_).show(rows(id_))
        await pilot.pause()
        text = "\n".join(screen_lines(app))
        assert "row one" in text
        assert "row two" not in text
        second = list(app.query("Tab"))[1]
        await pilot.click(second)
        await pilot.pause()
        assert "row two" in "\n".join(screen_lines(app))
        assert panes.rows("two").has_focus


async def test_only_the_very_name_allows_a_loss() -> None:
    app: App[None] = App()
    given: list[object] = []
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(TypeName("harbor-core", "delete it", "its data goes too"), given.append)
        await pilot.pause()
        await pilot.press(*"harbor", "enter")
        await pilot.pause()
        assert given == []
        assert "This is not the name" in "\n".join(screen_lines(app))
        await pilot.press("minus", *"core", "enter")
        await pilot.pause()
        assert given == [True]


async def unasked(*_: object) -> Outcome:
    raise AssertionError


def check(id_: str, *reads: str) -> Check:
    return Check(id_, f"Title {id_}", reads, unasked)


def test_a_look_tells_what_is_open_and_since_when() -> None:
    now = 0.0
    looking = Looking([check("a"), check("b"), check("c"), check("d")], clock=lambda: now)
    teller = RunTeller("", looking.took, Redactor())
    now = 3.4
    assert looking.text == "reaching the cluster and reading the chart, for 3 s; then the checks"
    teller.check(Result(check("b"), Outcome("ok", "fine"), 0.1))
    assert looking.text == "1 of 4 checks answered, for 3 s; open: Title a, Title c and 1 more"
    for id_ in "acd":
        teller.check(Result(check(id_), Outcome("ok", "fine"), 0.1))
    assert looking.text == "comparing every step with the cluster to make the plan, for 3 s"


def plan(*changes: ObjectChange) -> Plan:
    return Plan("demo", TARGET, (PlannedStep("one", "One", (), changes),))


def test_what_was_agreed_to_holds_while_it_says_the_same() -> None:
    told = Told()
    warning = Result(check("a"), Outcome("warn", "slow"), 0.1)
    told.results = [warning]
    taken = FieldChange("spec.replicas", "3", "1", "kubectl-scale")
    told.planned = plan(ObjectChange("update", CORE, (taken,)))
    agreement = Agreement()
    assert list(agreement.waiting(told)) == [
        "1 warning is not accepted (Title a)",
        "1 loss is not allowed (take-fields Deployment harbor/harbor-core)",
    ]
    agreement.accept([warning])
    from wizard.run.consent import losses

    (loss,) = losses(told.planned)
    agreement.allow(loss, told.planned.hash)
    assert list(agreement.waiting(told)) == []
    consent = agreement.consent(told)
    assert consent.warnings == {"a"}
    assert consent.permitted == {"take-fields"}
    told.results = [Result(check("a"), Outcome("warn", "slower"), 0.1)]
    told.planned = plan(ObjectChange("update", CORE, (taken,)), ObjectChange("delete", CORE))
    assert len(list(agreement.waiting(told))) == 2
    assert agreement.consent(told).warnings == frozenset()


def told_text(shown: list[Row]) -> str:
    return "\n".join(f"{line.lead}{line.text}" for row in shown for line in row.lines)


def test_a_plan_shows_what_was_not_tried_and_every_field_with_its_owner() -> None:
    field = FieldChange("spec.replicas", "3", "1", "kubectl-scale")
    made = plan(
        ObjectChange("create", CORE, validated=False, reason="no such namespace"),
        ObjectChange("update", CORE, (field,)),
        ObjectChange("replace", CORE, (field,)),
        ObjectChange("delete", CORE),
    )
    assert first_opened(made) == {"step one"}
    closed = told_text(plan_rows(made, (), str))
    assert closed == "▸ One: create 1, update 1, replace 1, delete 1"
    key = f"object one {CORE}"
    text = told_text(plan_rows(made, {"step one", key}, str))
    for line in (
        "+   create Deployment harbor/harbor-core  (not tried)",
        "1 not tried by the API server: no such namespace",
        "~   update Deployment harbor/harbor-core",
        "-/+ replace Deployment harbor/harbor-core",
        "-   delete Deployment harbor/harbor-core",
        "spec.replicas  (taken from kubectl-scale)",
        "→ 1",
    ):
        assert line in text


def test_answers_never_show_what_stands_in_a_secrets_place() -> None:
    data: dict[str, Any] = {
        **DEMO,
        "harbor": {**DEMO["harbor"], "adminPassword": "Klartext-1234"},
        "pki": {
            "kind": "acme",
            "email": "ops@example.com",
            "solver": {"kind": "dns01", "provider": "x", "secrets": {"token": "Klartext-1234"}},
        },
    }
    session = session_of(demo_ways(), data)
    text = told_text(answer_rows(session.desk, (), str))
    assert "Admin password" in text
    assert "not a reference" in text
    assert "Klartext" not in text


def test_every_check_leads_to_a_question_of_a_page() -> None:
    desk = session_of(demo_ways(), DEMO).desk
    asked = {one.id: answer_of(one, desk) for one in CHECKS}
    assert asked["storage.default"] == ("storage", "provisioner")
    assert asked["exposure.dns"] == ("harbor", "url")
    assert asked["cluster.identity"] == ("target", "context")
    assert [id_ for id_, path in asked.items() if path is None] == [
        "cluster.rights",
        "delivery.helm",
    ]
