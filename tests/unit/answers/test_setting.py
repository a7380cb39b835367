"""`--set`: one answer from the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.answers.conftest import MINIMAL, Judge
from wizard.answers.loading import load
from wizard.answers.preset import Preset

Set = Callable[..., Preset]


@pytest.fixture
def with_sets(write: Callable[..., Path]) -> Set:
    def make(*sets: str, text: str = MINIMAL) -> Preset:
        return load([write(text)], sets)

    return make


def test_a_scalar_replaces_the_answer_of_the_file(with_sets: Set) -> None:
    preset = with_sets("harbor.profile=lab", "harbor.replicas.core=2", "harbor.internalTls=true")
    assert (preset.harbor.profile, preset.harbor.replicas.core) == ("lab", 2)
    assert preset.harbor.internal_tls is True


def test_the_last_of_two_assignments_counts(with_sets: Set) -> None:
    assert with_sets("name=one", "name=two").name == "two"


def test_digits_stay_text_where_text_belongs(with_sets: Set) -> None:
    assert with_sets("target.context=42").target.context == "42"


def test_an_empty_value_takes_the_answer_back(with_sets: Set) -> None:
    text = MINIMAL + "  resolve: 10.0.0.1\n"
    assert with_sets("harbor.resolve=", text=text).harbor.resolve is None


def test_a_list_is_written_in_flow_style(with_sets: Set) -> None:
    assert with_sets("network.noProxy=[a.corp, b.corp]").network.no_proxy == ("a.corp", "b.corp")


def test_keys_with_dots_are_quoted(with_sets: Set) -> None:
    preset = with_sets('delivery.imageMirrors."docker.io"=registry.corp/hub')
    assert preset.delivery.image_mirrors == {"docker.io": "registry.corp/hub"}


def test_raw_values_take_any_path(with_sets: Set) -> None:
    preset = with_sets("harbor.values.core.podLabels.team=a=b")
    assert preset.harbor.values == {"core": {"podLabels": {"team": "a=b"}}}


def test_another_kind_drops_what_belonged_to_the_old_one(with_sets: Set) -> None:
    text = MINIMAL + "  expose: {kind: ingress, className: traefik}\n"
    assert with_sets("harbor.expose.kind=clusterIP", text=text).harbor.expose.kind == "clusterIP"


def test_the_same_kind_again_drops_nothing(with_sets: Set) -> None:
    text = MINIMAL + "  expose: {kind: ingress, className: traefik}\n"
    expose = with_sets("harbor.expose.kind=ingress", text=text).harbor.expose
    assert expose.kind == "ingress"
    assert expose.class_name == "traefik"


def test_the_default_kind_need_not_be_said(with_sets: Set) -> None:
    expose = with_sets("harbor.expose.className=traefik").harbor.expose
    assert expose.kind == "ingress"
    assert expose.class_name == "traefik"


GATEWAY = (
    MINIMAL.replace("self-signed", "none")
    + "  expose: {kind: gateway, parentRefs: [{name: public}, {name: inner}]}\n"
)


@pytest.mark.parametrize("item", ["1", "inner"])
def test_list_items_are_found_by_position_and_by_name(item: str, with_sets: Set) -> None:
    preset = with_sets(f"harbor.expose.parentRefs.{item}.sectionName=https", text=GATEWAY)
    assert preset.harbor.expose.kind == "gateway"
    refs = [(ref.name, ref.section_name) for ref in preset.harbor.expose.parent_refs]
    assert refs == [("public", None), ("inner", "https")]


def test_one_past_the_end_of_a_list_appends(with_sets: Set) -> None:
    preset = with_sets("harbor.expose.parentRefs.2.name=third", text=GATEWAY)
    assert preset.harbor.expose.kind == "gateway"
    assert [ref.name for ref in preset.harbor.expose.parent_refs] == ["public", "inner", "third"]


def test_a_secret_is_set_as_a_reference(with_sets: Set) -> None:
    preset = with_sets("harbor.adminPassword={env: ADMIN}")
    assert preset.harbor.admin_password.model_dump() == {"env": "ADMIN"}


def test_a_relative_path_counts_from_the_file_of_the_preset(with_sets: Set, tmp_path: Path) -> None:
    assert with_sets("network.caBundle=ca.pem").network.ca_bundle == tmp_path / "ca.pem"


WRONG = {
    "harbor.profil=lab": ("harbor.profil: is not a known key", "Did you mean 'profile'?"),
    "harbor.expose.clasName=x": (
        "harbor.expose.clasName: is not a known key",
        "Did you mean 'className'?",
    ),
    "storage.blobs.bucket=b": ("storage.blobs.bucket: is not a known key", "Known here: kind."),
    "harbor.adminPassword.env=X": (
        "harbor.adminPassword.env: a reference to a secret is set as a whole",
        "Write 'harbor.adminPassword={env: NAME}' or another reference.",
    ),
    "harbor.metrics={enabled: true}": (
        "harbor.metrics: cannot be set as a whole",
        "Set each answer in it by its own: --set harbor.metrics.enabled=VALUE",
    ),
    "harbor.expose={kind: nodePort, httpPort: 30080}": (
        "harbor.expose: cannot be set as a whole",
        "Set each answer in it by its own: --set harbor.expose.kind=nodePort "
        "--set harbor.expose.httpPort=VALUE",
    ),
    "pki={kind: hunter2}": (
        "pki: cannot be set as a whole",
        "Set each answer in it by its own: --set pki.kind=VALUE",
    ),
    "harbor.database={kind: external, password: hunter2}": (
        "harbor.database: cannot be set as a whole",
        "Set each answer in it by its own: --set harbor.database.kind=external "
        "--set 'harbor.database.password={env: NAME}'",
    ),
    "hunter2": ("must have the form PATH=VALUE", ""),
    "harbor..url=x": ("'harbor..url' is not a path such as harbor.expose.kind", ""),
    "\x1b[31m=x": ("'\ufffd[31m' is not a path such as harbor.expose.kind", ""),
    "name=\udcff": (
        "name: holds a control character (code 56575): it is no plain text",
        "Take it out.",
    ),
    "harbor.url=[": (
        "harbor.url: it ends in the middle of a value",
        "Was it cut off? Close every bracket and quote.",
    ),
    "name=!!python/name:os.system x": (
        "name: a tag (!) is not allowed in a preset",
        "Drop the tag; quote what is text.",
    ),
    "network.noProxy.5=x": ("network.noProxy.5: there is no place for '5'", ""),
}


@pytest.mark.parametrize("assignment", WRONG)
def test_a_wrong_assignment_is_explained(assignment: str, judge: Judge) -> None:
    (problem,) = judge(MINIMAL, [assignment])
    head = f"{problem.path}: " if problem.path else ""
    assert (head + problem.message, problem.fix) == WRONG[assignment]
    assert problem.file == "--set"


def test_a_kind_must_be_chosen_before_its_answers(judge: Judge) -> None:
    text = "schemaVersion: 1\nname: x\nharbor: {url: 'https://h.example.com'}\n"
    (problem,) = judge(text, ["pki.certificate=x.pem"])
    assert (problem.message, problem.fix) == (
        "belongs to a kind that is not chosen",
        "Set pki.kind first.",
    )


def test_a_secret_in_clear_is_refused_and_not_shown(judge: Judge) -> None:
    (problem,) = judge(MINIMAL, ["harbor.adminPassword=hunter2"])
    assert problem.message == "holds a secret in clear text, which a preset must not"
    assert "hunter2" not in str(problem)
    assert problem.file == "--set"
