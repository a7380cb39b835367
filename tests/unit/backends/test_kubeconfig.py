"""Kubeconfig files: merged and chosen as kubectl does, and what is said of broken ones."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from backends.cluster.kubeconfig import contexts, load
from wizard.contexts import Context
from wizard.errors import UsageError


def config(*names: str, current: str = "", **user: Any) -> dict[str, Any]:
    """A kubeconfig with a context, a cluster and a user for each name."""
    return {
        "current-context": current,
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}} for name in names],
        "clusters": [
            {"name": name, "cluster": {"server": f"https://{name}.test"}} for name in names
        ],
        "users": [{"name": name, "user": user or {"token": name}} for name in names],
    }


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(content))
    return path


def test_the_current_context_is_chosen_unless_another_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "config", config("one", "two", current="one"))
    assert load(path, None).cluster["server"] == "https://one.test"
    assert load(path, "two").user == {"token": "two"}


def test_of_several_files_the_first_wins(tmp_path: Path) -> None:
    first = write(tmp_path / "a", {**config("one", current="two"), "users": []})
    second = write(tmp_path / "b", config("one", "two", current="one"))
    missing = tmp_path / "missing"
    environ = {"KUBECONFIG": os.pathsep.join(map(str, (missing, first, second)))}
    chosen = load(None, None, environ)
    assert (chosen.context, chosen.user) == ("two", {"token": "two"})
    assert contexts(None, environ) == [
        Context("one", "https://one.test", "one", "", False),
        Context("two", "https://two.test", "two", "", True),
    ]


def test_contexts_are_offered_although_one_leads_nowhere(tmp_path: Path) -> None:
    content = config("one", "two")
    content["contexts"][0]["context"] |= {"namespace": "a", "user": "\x1b[31mred"}
    content["clusters"] = content["clusters"][:1]
    assert contexts(write(tmp_path / "config", content), {}) == [
        Context("one", "https://one.test", "red", "a", False),
        Context("two", "", "two", "", False),
    ]


def test_paths_count_from_the_file_they_stand_in(tmp_path: Path) -> None:
    content = config("one", current="one", **{"client-certificate": "c.crt", "client-key": "/k"})
    content["clusters"][0]["cluster"]["certificate-authority"] = "pki/ca.crt"
    chosen = load(write(tmp_path / "config", content), None)
    assert chosen.cluster["certificate-authority"] == str(tmp_path / "pki/ca.crt")
    assert chosen.user == {"client-certificate": str(tmp_path / "c.crt"), "client-key": "/k"}


@pytest.mark.parametrize(("command", "found"), [("aws", "aws"), ("./bin/login", "bin/login")])
def test_an_exec_command_with_a_slash_counts_from_the_file(
    tmp_path: Path, command: str, found: str
) -> None:
    content = config("one", current="one", exec={"command": command, "apiVersion": "v1"})
    chosen = load(write(tmp_path / "config", content), None)
    expected = str(tmp_path / found) if "/" in command else found
    assert chosen.user["exec"]["command"] == expected


def test_one_context_stands_alone_as_a_kubeconfig(tmp_path: Path) -> None:
    chosen = load(write(tmp_path / "config", config("one", "two", current="one")), "two")
    alone = write(tmp_path / "alone", chosen.document())
    again = load(alone, None)
    assert (again.context, again.cluster, again.user) == (
        chosen.context,
        chosen.cluster,
        chosen.user,
    )
    assert "two" not in repr(chosen)


def test_inside_a_pod_the_service_account_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"}
    chosen = load(None, None, environ)
    assert chosen.cluster["server"] == "https://[fd00::1]:6443"
    assert chosen.user["tokenFile"].endswith("/serviceaccount/token")
    [offered] = contexts(None, environ)
    assert (offered.name, offered.url) == (chosen.context, chosen.cluster["server"])


def test_an_http_address_needs_no_user(tmp_path: Path) -> None:
    content = {**config("proxy", current="proxy"), "users": []}
    content["clusters"][0]["cluster"]["server"] = "http://127.0.0.1:8001"
    assert load(write(tmp_path / "config", content), None).user == {}


def test_no_kubeconfig_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert contexts(None, {}) == []
    with pytest.raises(UsageError, match="No kubeconfig was found") as refused:
        load(None, None, {})
    assert "--kubeconfig" in refused.value.fix


BROKEN_CONTEXT: dict[str, Any] = {
    **config("one"),
    "contexts": [{"name": "one", "context": {"cluster": "none", "user": "one"}}],
}
NO_USER: dict[str, Any] = {
    **config("one"),
    "contexts": [{"name": "one", "context": {"cluster": "one"}}],
}


@pytest.mark.parametrize(
    ("content", "context", "says"),
    [
        (b"", None, "it is empty"),
        (b"\xff\xfe\x00kube", None, "not text in UTF-8"),
        (b"a: [1\nb: 2", None, "not valid YAML in line 2"),
        (b"- one", None, "holds no map"),
        (b"contexts: {}\nclusters: 1", None, "`clusters` is not a list"),
        (b"contexts: [1]", None, "an entry of `contexts`"),
        (b"contexts: [{context: {}}]", None, "an entry of `contexts`"),
        (b"{}", None, "has no current one"),
        (config("production"), "prodution", "did you mean production?"),
        (config("one", "two"), "other", "its contexts are: one, two"),
        (BROKEN_CONTEXT, "one", "leads to no API server"),
        (NO_USER, "one", "has no user to log in as"),
        ({**config("one"), "users": []}, "one", "the user one is not in the file"),
        (config("one", current="gone"), None, "no context named gone"),
    ],
)
def test_what_is_wrong_is_said_with_the_place(
    tmp_path: Path, content: object, context: str | None, says: str
) -> None:
    path = tmp_path / "config"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        write(path, content)
    with pytest.raises(UsageError) as refused:
        load(path, context)
    assert says in str(refused.value)
    assert refused.value.where == str(path)


def test_a_missing_or_unreadable_file(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(UsageError, match="cannot be read") as refused:
            load(path, None)
        with pytest.raises(UsageError, match="cannot be read"):
            contexts(path)
        assert refused.value.where == str(path)
    with pytest.raises(UsageError, match="cannot be read"):
        load(None, None, {"KUBECONFIG": str(tmp_path / "missing")})
