"""Scalars of answers: what is accepted, refused and made of it."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from wizard.answers import scalars
from wizard.answers.paths import format_path, parse_path

ACCEPTED = [
    (scalars.Duration, ["1h", "2160h", "90m", "1h30m", "45s"]),
    (scalars.Size, ["1Gi", "512Mi", "1.5Ti", "200G", "1k"]),
    (scalars.Cpu, ["1", "500m", "0.5"]),
    (scalars.Name, ["a", "a-b", "a1", "x" * 63]),
    (scalars.Host, ["localhost", "harbor.example.com", "10.0.0.5", "2001:db8::1", "1.example"]),
    (scalars.HostPort, ["redis:6379", "10.0.0.5:6379", "[2001:db8::1]:6379"]),
    (scalars.BaseUrl, ["https://h", "http://10.0.0.5:30002", "https://[2001:db8::1]:8443"]),
    (scalars.AddressRange, ["10.0.0.0/8", "10.0.0.5", "2001:db8::/32"]),
    (scalars.Repository, ["registry.corp", "registry.corp:5000/a/b"]),
    (scalars.Image, ["busybox", "registry.corp:5000/a/busybox:1.37", "a@sha256:" + "0" * 64]),
    (scalars.Version, ["2.15.2", "1.0.0-rc.1"]),
    (scalars.ReleaseName, ["x" * 53]),
]

REFUSED = [
    (scalars.Duration, ["", "1", "1d", "0h", "-1h", "1h 30m", "h"]),
    (scalars.Size, ["", "1", "1gi", "-1Gi", "0Gi", "1 Gi", "Gi"]),
    (scalars.Cpu, ["", "1Gi", "-1", "m"]),
    (scalars.Name, ["", "A", "a.b", "-a", "a-", "a_b", "x" * 64, "a\n"]),
    (scalars.Host, ["", "A.b", "a_b", "a..b", "999.1.1.1", "h:80", "https://h", "a\n"]),
    (scalars.HostPort, ["redis", "redis:x", "redis:99999", "u@redis:1", "redis:1/0", ":1"]),
    (scalars.AddressRange, ["10.0.0.0/99", "10.0.0.5/8", "host"]),
    (scalars.Repository, ["https://registry.corp", "registry.corp/A", "a b"]),
    (scalars.Version, ["v2.15.2", "2.15", "latest"]),
    (scalars.ReleaseName, ["x" * 54]),
    (scalars.Port, [0, 65536, True, "80", 80.0]),
    (scalars.One, [True, 1.0, "1", 2]),
    (scalars.Affirmed, [1, False, "true"]),
    (scalars.Flag, ["true", 1, "yes"]),
    (scalars.LocalPath, ["", "a\0b", 5]),
]


def _cases(table: list[tuple[Any, list[Any]]]) -> list[tuple[Any, Any]]:
    return [(annotation, value) for annotation, values in table for value in values]


@pytest.mark.parametrize(("annotation", "value"), _cases(ACCEPTED))
def test_a_fitting_value_is_taken_as_it_is(annotation: Any, value: Any) -> None:
    assert TypeAdapter(annotation).validate_python(value) == value


@pytest.mark.parametrize(("annotation", "value"), _cases(REFUSED))
def test_another_value_is_refused(annotation: Any, value: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(annotation).validate_python(value)


def test_a_slash_at_the_end_of_a_url_is_dropped() -> None:
    assert TypeAdapter(scalars.BaseUrl).validate_python("https://h/") == "https://h"


@pytest.mark.parametrize(
    ("text", "expected"), [("1h", 3600), ("1h30m", 5400), ("90s", 90), ("2160h", 7776000)]
)
def test_a_duration_in_seconds(text: str, expected: int) -> None:
    assert scalars.seconds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("500m", 0.5), ("2", 2), ("1Ki", 1024), ("1k", 1000), ("1.5Gi", 1.5 * 2**30), ("1G", 1e9)],
)
def test_an_amount_as_a_number(text: str, expected: float) -> None:
    assert scalars.amount(text) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("harbor", "expose", "kind"), "harbor.expose.kind"),
        (("a", 0, "b"), "a.0.b"),
        (("imageMirrors", "docker.io"), 'imageMirrors."docker.io"'),
        (("a", "x y"), "a.x y"),
        (("a", "k=v"), 'a."k=v"'),
        (("a", ""), 'a.""'),
    ],
)
def test_a_path_as_text_and_back(path: tuple[str | int, ...], text: str) -> None:
    assert format_path(path) == text
    assert parse_path(text) == path
