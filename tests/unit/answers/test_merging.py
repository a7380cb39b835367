"""Several presets as one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.answers.conftest import MINIMAL
from wizard.answers.loading import load, read
from wizard.answers.preset import Preset
from wizard.answers.problems import PresetInvalid

Merge = Callable[..., Preset]


@pytest.fixture
def merged(write: Callable[..., Path]) -> Merge:
    """The preset of the minimal one, with the texts merged over it in turn."""

    def make(*texts: str) -> Preset:
        files = [write(text, f"{index}.yaml") for index, text in enumerate((MINIMAL, *texts))]
        return load(files)

    return make


def test_maps_merge_deeply_and_the_later_file_wins(merged: Merge) -> None:
    preset = merged(
        "target: {namespace: one, release: first}\n", "target: {namespace: two}\nname: later\n"
    )
    assert (preset.target.namespace, preset.target.release, preset.name) == (
        "two",
        "first",
        "later",
    )


def test_lists_are_replaced(merged: Merge) -> None:
    preset = merged("network: {noProxy: [a, b]}\n", "network: {noProxy: [c]}\n")
    assert preset.network.no_proxy == ("c",)


def test_null_takes_an_answer_back(merged: Merge) -> None:
    preset = merged("harbor: {resolve: 10.0.0.1}\n", "harbor: {resolve: null}\n")
    assert preset.harbor.resolve is None


def test_another_kind_replaces_the_section(merged: Merge) -> None:
    preset = merged(
        "harbor: {expose: {kind: ingress, className: traefik}}\n",
        "harbor: {expose: {kind: clusterIP}}\n",
    )
    assert preset.harbor.expose.kind == "clusterIP"


def test_the_same_kind_merges(merged: Merge) -> None:
    preset = merged(
        "harbor: {expose: {kind: ingress, className: traefik}}\n",
        "harbor: {expose: {kind: ingress, annotations: {a: b}}}\n",
    )
    assert preset.harbor.expose.kind == "ingress"
    assert preset.harbor.expose.class_name == "traefik"


def test_a_reference_to_a_secret_is_replaced_as_a_whole(merged: Merge) -> None:
    preset = merged(
        "harbor: {adminPassword: {env: A}}\n", "harbor: {adminPassword: {prompt: true}}\n"
    )
    assert preset.harbor.admin_password.model_dump() == {"prompt": True}


def test_raw_values_merge_deeply_even_where_they_look_like_references(merged: Merge) -> None:
    preset = merged("harbor: {values: {core: {env: a}}}\n", "harbor: {values: {core: {file: b}}}\n")
    assert preset.harbor.values == {"core": {"env": "a", "file": "b"}}


def test_a_problem_points_into_the_file_that_said_it(write: Callable[..., Path]) -> None:
    first = write(MINIMAL + "  profile: big\n", "first.yaml")
    second = write("target:\n  namespace: Bad_Name\n", "second.yaml")
    places = [problem.place for problem in read([first, second]).problems()]
    assert places == [f"{first}:6:3", f"{second}:2:3"]


def test_what_a_new_kind_misses_is_told_where_the_kind_was_chosen(
    write: Callable[..., Path],
) -> None:
    issuer = "{kind: issuer, name: x, certificate: {duration: 90h, renewBefore: 9h}}"
    first = write(MINIMAL.replace("{kind: self-signed}", issuer), "first.yaml")
    second = write("name: y\npki: {kind: commercial}\n", "second.yaml")
    (problem,) = read([first, second]).problems()
    assert (problem.path, problem.place) == ("pki.certificate", f"{second}:2:1")


def test_a_replaced_answer_is_no_problem_any_more(write: Callable[..., Path]) -> None:
    first = write(MINIMAL + "  profile: big\n", "first.yaml")
    second = write("harbor: {profile: lab}\n", "second.yaml")
    assert load([first, second]).harbor.profile == "lab"


def test_paths_count_from_the_file_that_named_them(tmp_path: Path) -> None:
    base, inner = tmp_path / "base.yaml", tmp_path / "inner" / "over.yaml"
    inner.parent.mkdir()
    base.write_text(MINIMAL + "network: {caBundle: ca.pem}\n")
    inner.write_text("delivery: {charts: {kind: directory, path: charts}}\n")
    preset = load([base, inner])
    assert preset.network.ca_bundle == tmp_path / "ca.pem"
    assert preset.delivery.charts.kind == "directory"
    assert preset.delivery.charts.path == tmp_path / "inner" / "charts"


def test_every_file_that_cannot_be_read_is_told(write: Callable[..., Path]) -> None:
    files = [write("a: [", "one.yaml"), write("b: {", "two.yaml")]
    with pytest.raises(PresetInvalid) as caught:
        read(files)
    assert [problem.file for problem in caught.value.problems] == [str(f) for f in files]
