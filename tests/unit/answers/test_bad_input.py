"""Malformed presets: what a person reads, word for word, and where it points."""

import os
from pathlib import Path

import pytest

from tests.unit.answers.conftest import MINIMAL, Judge, brief
from wizard.answers.loading import load
from wizard.answers.problems import PresetInvalid
from wizard.errors import ExitCode

UNREADABLE = {
    "empty": (b"", "is empty | Start it with `schemaVersion: 1`."),
    "only a comment": (b"# nothing\n", "is empty | Start it with `schemaVersion: 1`."),
    "a list": (
        b"- a\n",
        "must be made of keys such as `name:` | Start it with `schemaVersion: 1`.",
    ),
    "a word": (
        b"hello\n",
        "must be made of keys such as `name:` | Start it with `schemaVersion: 1`.",
    ),
    "truncated in a bracket": (
        b"harbor: {url: [",
        "1:16 it ends in the middle of a value | Was it cut off? Close every bracket and quote.",
    ),
    "truncated in a quote": (
        b"name: 'abc",
        "1:11 it ends in the middle of a value | Was it cut off? Close every bracket and quote.",
    ),
    "tab as indentation": (
        b"harbor:\n\turl: x\n",
        "2:1 a tab stands in the indentation | Indent by spaces: YAML knows no tabs.",
    ),
    "tab before a key": (
        b"harbor:\n  \turl: x\n",
        "2:3 a tab stands in the indentation | Indent by spaces: YAML knows no tabs.",
    ),
    "duplicate key": (
        b"name: a\ntarget: {}\nname: b\n",
        "3:1 the key 'name' is here twice, first in line 1 | Keep one of them.",
    ),
    "merge key": (
        b"base: &base {a: 1}\nharbor:\n  <<: *base\n",
        "3:3 a merge key (<<) is not supported in a preset | Write the keys out, or keep what is "
        "shared in a file of its own: several --preset files are merged.",
    ),
    "binary": (
        b"\x7fELF\x02\x01\x00\x00",
        "1:1 holds a control character (code 127): it is no plain text | Take it out.",
    ),
    "null byte": (
        b"name: a\x00b\n",
        "1:8 holds a control character (code 0): it is no plain text | Take it out.",
    ),
    "escape sequence": (
        b"name: \x1b[31mred\n",
        "1:7 holds a control character (code 27): it is no plain text | Take it out.",
    ),
    "not UTF-8": (b"name: a\nx: \xff\n", "2:4 is not text in UTF-8 | Save it as UTF-8."),
    "UTF-16 little endian": (
        "name: a\n".encode("utf-16"),
        "is written in UTF-16 | Save it as UTF-8.",
    ),
    "UTF-16 big endian": (
        b"\xfe\xff" + "name: a\n".encode("utf-16-be"),
        "is written in UTF-16 | Save it as UTF-8.",
    ),
    "10 MB": (
        b"#" * 10_000_000,
        "is larger than 256 KiB, so it is no preset | Name the preset's file.",
    ),
    "recursive alias": (
        b"a: &x [*x]\n",
        "1:8 an alias (*) is not allowed in a preset | Write the value out.",
    ),
    "exploding aliases": (
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
        "2:8 an alias (*) is not allowed in a preset | Write the value out.",
    ),
    "language tag": (
        b"name: !!python/object/apply:os.system [id]\n",
        "1:7 a tag (!) is not allowed in a preset | Drop the tag; quote what is text.",
    ),
    "own tag": (
        b"name: !env NAME\n",
        "1:7 a tag (!) is not allowed in a preset | Drop the tag; quote what is text.",
    ),
    "tagged key": (b"!!str name: a\n", "1:1 a key must be plain text | Put the key in quotes."),
    "list as key": (b"? [a]\n: b\n", "1:3 a key must be plain text | Put the key in quotes."),
    "too deep": (
        b"a: " + b"[" * 100_000,
        "1:44 more than 40 levels deep | No answer lies so deep.",
    ),
    "two documents": (
        b"name: a\n---\nname: b\n",
        "2:1 a second document begins here | Keep one preset in each file.",
    ),
    "colon in text": (
        b"name: a: b\n",
        "1:8 a ':' stands where no key can be | "
        "Put text that holds ': ' in quotes, or check the indentation.",
    ),
    "indentation": (
        b"harbor:\n   url: x\n  profile: lab\n",
        "3:3 the indentation or a bracket does not fit what stands above | Indent keys of one "
        "section by the same number of spaces; close every bracket once.",
    ),
    "forgotten colon": (
        b"name: a\nharbor\ntarget: {}\n",
        "3:1 a key without its ':' | Write `key: value`, with a space after the colon.",
    ),
    "newer version": (
        b"name: a\nschemaVersion: 7\n",
        "2:1 schemaVersion: is 7, but this wizard knows versions up to 1 | "
        "Use the wizard that wrote the file, or a newer one.",
    ),
    "unknown version": (
        b"schemaVersion: one\n",
        "1:1 schemaVersion: must be the number of a format, such as 1 | Write `schemaVersion: 1`.",
    ),
    "version zero": (
        b"schemaVersion: 0\n",
        "1:1 schemaVersion: must be the number of a format, such as 1 | Write `schemaVersion: 1`.",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_understood_says_what_where_and_what_to_do(
    name: str, judge: Judge
) -> None:
    content, expected = UNREADABLE[name]
    assert [brief(problem) for problem in judge(content)] == [expected]


WRONG = {
    "secret in clear": (
        "  adminPassword: hunter2-secret\n",
        "6:3 harbor.adminPassword: holds a secret in clear text, which a preset must not | "
        "Refer to it: {env: NAME}, {file: path}, {secret: {name: …, key: …}}, "
        "{vault: {path: …, key: …}} or {prompt: true}, or {generate: true}.",
    ),
    "secret as a number": (
        "  adminPassword: 12345678\n",
        "6:3 harbor.adminPassword: holds a secret in clear text, which a preset must not | "
        "Refer to it: {env: NAME}, {file: path}, {secret: {name: …, key: …}}, "
        "{vault: {path: …, key: …}} or {prompt: true}, or {generate: true}.",
    ),
    "no reference": (
        "  adminPassword: {value: hunter2-secret}\n",
        "6:3 harbor.adminPassword: is not a reference to a secret | "
        "Refer to it: {env: NAME}, {file: path}, {secret: {name: …, key: …}}, "
        "{vault: {path: …, key: …}} or {prompt: true}, or {generate: true}.",
    ),
    "two references": (
        "  adminPassword: {env: A, file: b}\n",
        "6:3 harbor.adminPassword: is not a reference to a secret | "
        "Refer to it: {env: NAME}, {file: path}, {secret: {name: …, key: …}}, "
        "{vault: {path: …, key: …}} or {prompt: true}, or {generate: true}.",
    ),
    "generated where it cannot be": (
        "  database: {kind: external, host: db, username: u, password: {generate: true}}\n",
        "6:53 harbor.database.password: cannot be generated: somebody else made this secret | "
        "Refer to it: {env: NAME}, {file: path}, {secret: {name: …, key: …}}, "
        "{vault: {path: …, key: …}} or {prompt: true}.",
    ),
    "bad variable": (
        "  adminPassword: {env: 'my secret!'}\n",
        "6:19 harbor.adminPassword.env: must be the name of an environment variable",
    ),
    "unknown key": (
        "  adminPasword: {generate: true}\n",
        "6:3 harbor.adminPasword: is not a known key | Did you mean 'adminPassword'?",
    ),
    "unknown key like nothing": (
        "  expose: {kind: clusterIP, zzz: 1}\n",
        "6:29 harbor.expose.zzz: is not a known key | Known here: kind.",
    ),
    "key in snake case": (
        "  admin_password: {generate: true}\n",
        "6:3 harbor.admin_password: is not a known key | Did you mean 'adminPassword'?",
    ),
    "key with an escape": (
        '  "\\e[31m": 1\n',
        '6:3 harbor."\ufffd[31m": is not a known key | Known here: url, resolve, expose, '
        "profile, replicas, resources, adminPassword, secretKey, database, redis, internalTls, "
        "metrics, scanner, values.",
    ),
    "unknown choice": (
        "  profile: standart\n",
        "6:3 harbor.profile: 'standart' is not one of lab, standard, ha | Did you mean 'standard'?",
    ),
    "unknown kind": (
        "  expose: {kind: nodeport}\n",
        "6:12 harbor.expose.kind: 'nodeport' is not one of the kinds ingress, gateway, nodePort, "
        "loadBalancer, clusterIP | Did you mean 'nodePort'?",
    ),
    "kind missing": (
        "  expose: {className: traefik}\n",
        "6:3 harbor.expose.kind: is missing | "
        "Write `kind:` and one of: ingress, gateway, nodePort, loadBalancer, clusterIP.",
    ),
    "kind alone": (
        "  expose: ingress\n",
        "6:3 harbor.expose.kind: is missing: a section that begins with `kind` belongs here | "
        "Kinds: ingress, gateway, nodePort, loadBalancer, clusterIP.",
    ),
    "yes for true": (
        "  internalTls: yes\n",
        "6:3 harbor.internalTls: must be true or false",
    ),
    "number in quotes": (
        "  replicas: {core: '2'}\n",
        "6:14 harbor.replicas.core: must be a whole number, without quotes",
    ),
    "number too small": (
        "  replicas: {core: 0}\n",
        "6:14 harbor.replicas.core: must be at least 1",
    ),
    "port too large": (
        "  expose: {kind: nodePort, httpPort: 99999}\n",
        "6:28 harbor.expose.httpPort: must be at most 65535",
    ),
    "replicas of the database": (
        "  replicas: {database: 2}\n",
        "6:14 harbor.replicas.database: cannot be set | "
        "The internal database runs alone; use an external one.",
    ),
    "text for a list": (
        "  expose: {kind: loadBalancer, sourceRanges: 10.0.0.0/8}\n",
        "6:32 harbor.expose.sourceRanges: must be a list | Write it as a list: [one, two].",
    ),
    "empty list": (
        "  expose: {kind: gateway, parentRefs: []}\n",
        "6:27 harbor.expose.parentRefs: must have at least one item",
    ),
    "item of a list": (
        "  expose: {kind: gateway, parentRefs: [{name: ok}, {name: b, nam: c}]}\n",
        "6:62 harbor.expose.parentRefs.1.nam: is not a known key | Did you mean 'name'?",
    ),
    "text for a section": (
        "  metrics: true\n",
        "6:3 harbor.metrics: must be a section with keys",
    ),
    "number for text": (
        "versions: {harbor: 2.15}\n",
        "6:12 versions.harbor: must be text | Put it in quotes: '2.15'.",
    ),
    "version with v": (
        "versions: {harbor: v2.15.2}\n",
        "6:12 versions.harbor: must be a version such as 2.15.2, without 'v'",
    ),
    "size without a unit": (
        "storage: {volumes: {registry: {size: '200'}}}\n",
        "6:32 storage.volumes.registry.size: must be a size with its unit, such as 200Gi or 512Mi",
    ),
    "bad namespace": (
        "target: {namespace: My_Harbor}\n",
        "6:10 target.namespace: must be lower-case letters, digits and '-', at most 63 of them "
        "(a DNS label)",
    ),
    "password in a proxy": (
        "network: {httpProxy: 'http://u:pass@proxy:3128'}\n",
        "6:11 network.httpProxy: must not carry a user or a password: "
        "they would rest in clear in files | Name a proxy that asks for no login: a relay in your "
        "network that adds it (cntlm, squid), or one that admits by address.",
    ),
    "reserved policy": (
        "policy: {projects: []}\n",
        "6:1 policy: is reserved for a later version | Take it out.",
    ),
    "reserved bundle": (
        "delivery: {charts: {kind: bundle, path: b}}\n",
        "6:21 delivery.charts.kind: bundles are reserved for a later version | "
        "Use 'directory' with a folder of chart packages.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_says_what_where_and_what_to_do(name: str, judge: Judge) -> None:
    addition, expected = WRONG[name]
    found = [brief(problem) for problem in judge(MINIMAL + addition)]
    assert found == [expected]
    assert not any("hunter2" in line for line in found)


URLS = {
    "harbor.example.com": "must start with https:// or http:// and name a host",
    "ftp://harbor.example.com": "must start with https:// or http:// and name a host",
    "https://": "must start with https:// or http:// and name a host",
    "https://harbor.example.com/path": "must end after the host and the port: "
    "Harbor cannot live under a path",
    "https://harbor.example.com:99999": "must be a web address such as https://harbor.example.com",
    "https://har_bor.example.com": "must be a host name in lower case such as "
    "harbor.example.com, or an IP address",
    "https://*.example.com": "must be a host name in lower case such as "
    "harbor.example.com, or an IP address",
    "https://256.1.1.1": "must be a host name in lower case such as "
    "harbor.example.com, or an IP address",
    "https://admin:pw@harbor.example.com": "must not carry a user or a password: "
    "they would rest in clear in files",
}


@pytest.mark.parametrize("url", URLS)
def test_a_wrong_url_says_what_is_wrong_with_it(url: str, judge: Judge) -> None:
    found = judge(MINIMAL, [f"harbor.url={url}"])
    assert [(p.path, p.message) for p in found] == [("harbor.url", URLS[url])]


def test_all_problems_are_told_at_once_in_the_order_of_the_file(judge: Judge) -> None:
    found = judge(
        "schemaVersion: 1\nnam: x\npki: {kind: none}\nharbor:\n"
        "  url: http://harbor.lab\n  profile: big\npolicy: {a: 1}\n"
    )
    assert [brief(problem).split(" |")[0] for problem in found] == [
        "name: is missing",
        "2:1 nam: is not a known key",
        "5:3 harbor.url: is plain http: passwords and images would cross the network unencrypted",
        "6:3 harbor.profile: 'big' is not one of lab, standard, ha",
        "7:1 policy: is reserved for a later version",
    ]


def test_a_missing_section_is_told_with_its_kinds(judge: Judge) -> None:
    found = judge("schemaVersion: 1\nname: x\n")
    assert [brief(problem) for problem in found] == [
        "harbor: is missing",
        "pki: is missing | "
        "Write `kind:` and one of: self-signed, commercial, acme, issuer, secret, none.",
    ]


def test_a_missing_schema_version_is_told_with_the_rest(judge: Judge) -> None:
    found = judge(MINIMAL.replace("schemaVersion: 1\n", ""))
    assert [brief(problem) for problem in found] == [
        "schemaVersion: is missing | Write `schemaVersion: 1`."
    ]


@pytest.mark.parametrize("value", ["null", "5", "text", "[1]", "{kind: 5}", "{kind: [a]}"])
@pytest.mark.parametrize(
    "key", ["target", "network", "delivery", "versions", "storage", "pki", "trust", "harbor"]
)
def test_no_value_at_all_makes_loading_fail_otherwise(key: str, value: str, judge: Judge) -> None:
    found = judge(f"schemaVersion: 1\nname: x\n{key}: {value}\n")
    assert any(problem.path.startswith(key) for problem in found)


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(PresetInvalid) as caught:
        load([tmp_path / "none.yaml", tmp_path])
    assert [p.message for p in caught.value.problems] == [
        "cannot be read: no such file or directory",
        "cannot be read: is a directory",
    ]
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.timeout(20)
def test_nobody_waits_for_who_writes_to_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "p.yaml"
    os.mkfifo(pipe)
    with pytest.raises(PresetInvalid) as caught:
        load([pipe, Path("/dev/zero")])
    assert [p.message for p in caught.value.problems] == [
        "cannot be read: it is a named pipe, not a file",
        "cannot be read: it is a device, not a file",
    ]
    assert "/dev/stdin" in caught.value.problems[0].fix


def test_what_another_program_writes_can_be_read() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader), os.fdopen(writer, "w") as file:
        file.write(MINIMAL)
        file.close()
        assert load([Path(f"/dev/fd/{reader}")]).name == "test"


def test_the_error_shows_every_problem_with_its_place(judge: Judge, tmp_path: Path) -> None:
    judge(MINIMAL + "  profil: lab\npolicy: {a: 1}\n")
    with pytest.raises(PresetInvalid) as caught:
        load([tmp_path / "p.yaml"])
    assert str(caught.value).splitlines() == [
        "The preset has 2 problems:",
        f"{tmp_path}/p.yaml:6:3: harbor.profil: is not a known key",
        "    fix: Did you mean 'profile'?",
        f"{tmp_path}/p.yaml:7:1: policy: is reserved for a later version",
        "    fix: Take it out.",
    ]
