"""Rules of this repository that no linter knows: sizes, streams, TLS, and what is committed."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SHIPPED = ("wizard", "screens", "backends", "presets")
LARGEST_FILE, LARGEST_CLASS, LARGEST_FUNCTION = 400, 200, 40
"""Lines; of classes and functions with their decorators."""

STREAMS = {"wizard/execute.py"}
"""Hands stdout to the report and stderr to the console; nobody else writes to either."""

FORBIDDEN = {
    "a path of somebody's machine": r"(?<![\w.{$}])/(home|Users)/(?!someone\b)\w|/" + r"work/\w",
    "the address of a package index": r"pypi\.org|python" + r"hosted|proxy\.golang|index-url[ =]h",
}
"""What no committed file holds. `/home/someone` is nobody's."""


@cache
def tracked() -> tuple[str, ...]:
    """Every file that is committed, or is to be, by its path in the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return tuple(name for name in done.stdout.split("\0") if name and (REPOSITORY / name).is_file())


def python_files(*folders: str) -> list[str]:
    """The Python files below some folders."""
    return [n for n in tracked() if n.endswith(".py") and n.partition("/")[0] in folders]


def parsed(name: str) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse((REPOSITORY / name).read_text(encoding="utf-8"), name)


def lines_of(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The length of a definition."""
    first = min(one.lineno for one in [node, *node.decorator_list])
    return (node.end_lineno or first) - first + 1


def too_long(tree: ast.Module) -> Iterator[str]:
    """The definitions that exceed their limit."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            limit = LARGEST_CLASS if isinstance(node, ast.ClassDef) else LARGEST_FUNCTION
            if (lines := lines_of(node)) > limit:
                yield f"{node.name}: {lines} lines, {limit} at most"


def stray_writes(tree: ast.Module) -> Iterator[str]:
    """The places that reach for a standard stream."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="print")) | ast.Call(func=ast.Attribute(attr="echo")):
                yield f"line {node.lineno}: {ast.unparse(node)}"
            case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr" as stream):
                yield f"line {node.lineno}: sys.{stream}"


def unverified_tls(tree: ast.Module) -> Iterator[str]:
    """The places that talk TLS without looking who answers."""
    for node in ast.walk(tree):
        match node:
            case ast.keyword(
                arg="verify" | "ssl" | "check_hostname", value=ast.Constant(value=False)
            ):
                yield f"line {node.value.lineno}: {node.arg}=False"
            case ast.Attribute(attr="CERT_NONE" | "_create_unverified_context" as name):
                yield f"line {node.lineno}: {name}"


def test_files_fit_a_look() -> None:
    lengths = {
        name: len((REPOSITORY / name).read_text(encoding="utf-8").splitlines())
        for name in python_files(*SHIPPED, "tests", "scripts")
    }
    assert len(lengths) > 200
    assert {name: n for name, n in lengths.items() if n > LARGEST_FILE} == {}


@pytest.mark.parametrize("rule", [too_long, stray_writes, unverified_tls])
def test_shipped_code_keeps_the_rule(rule) -> None:
    allowed = STREAMS if rule is stray_writes else set()
    found = {name: list(rule(parsed(name))) for name in python_files(*SHIPPED)}
    assert {name: broken for name, broken in found.items() if broken and name not in allowed} == {}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (too_long, "def f():\n" + "    x = 1\n" * LARGEST_FUNCTION),
        (too_long, "@a\nclass C:\n" + "    x = 1\n" * (LARGEST_CLASS - 1)),
        (stray_writes, "print('x')"),
        (stray_writes, "click.echo('x')"),
        (stray_writes, "sys.stderr.write('x')"),
        (unverified_tls, "httpx.get(url, verify=False)"),
        (unverified_tls, "context.verify_mode = ssl.CERT_NONE"),
    ],
)
def test_the_rules_find_what_breaks_them(rule, code: str) -> None:
    assert len(list(rule(ast.parse(code)))) == 1


@pytest.mark.parametrize("what", FORBIDDEN)
def test_committed_files_do_not_hold(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in tracked()
        for number, line in enumerate(
            (REPOSITORY / name).read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a path of somebody's machine", "see /" + "home/jo/harbor"),
        ("the address of a package index", "https://" + "pypi" + ".org/simple"),
    ],
)
def test_the_patterns_find_what_they_forbid(what: str, text: str) -> None:
    assert re.search(FORBIDDEN[what], text)
