"""The reference page of the preset, from the declarations of the answers."""

from collections.abc import Iterator
from pathlib import Path

from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from wizard.answers.form import default_of, example_text, flow
from wizard.answers.outline import ROOT, Shape, fields_of, shape_of
from wizard.answers.profiles import PROFILES
from wizard.answers.secret_values import variable_for
from wizard.answers.translate import choice_text

REFERENCE_FILE = "docs/preset.md"

_HEAD = """\
# Preset reference

<!-- Generated from the declarations in wizard/answers: `python -m wizard.answers.generated`. -->

A preset is a YAML file with all answers that a run needs. Begin it with the line below, and an
editor that knows YAML language servers completes and checks it:

```yaml
# yaml-language-server: $schema=preset.schema.json
schemaVersion: 1
```

Paths name answers: `harbor.expose.kind` is `kind` in `expose` in `harbor`, also for
`--set harbor.expose.kind=nodePort`. Keys with dots are quoted in paths
(`delivery.imageMirrors."docker.io"`), list items are counted from 0 or named
(`harbor.expose.parentRefs.0`, `harbor.expose.parentRefs.public`). Where `kind` chooses, the
answers of each kind are marked with it; another kind drops the answers of the old one. Paths of
files count from the preset's file. `yes`, `no`, `on` and `off` are text: write `true` or `false`.
Aliases, tags and keys that stand twice are refused.

Several `--preset` files merge from left to right: sections key by key, lists as a whole.
"""

_SECRETS = """\
## Secrets

A preset never holds a secret, only a reference to one:

| Reference | Where the secret is |
|---|---|
| `{env: NAME}` | in an environment variable; an empty one is an error |
| `{file: path}` | in a file; one line end at its end is not part of it, an empty file is an error |
| `{secret: {namespace, name, key}}` | in a Secret of the cluster |
| `{vault: {mount, path, key}}` | in a key-value store of your own server in `pki.authority` |
| `{prompt: true}` | asked on the terminal before anything else; without a terminal exit code 2 |
| `{generate: true}` | made once in the cluster and read back for ever |

The variable in the table below overrides any of them. The last column says what happens to a
Secret that is given as `{secret: …}`; all other references are always copied into a Secret.

| Answer | Variable | A Secret of the cluster is |
|---|---|---|
"""


def reference_page() -> str:
    """The page in Markdown."""
    parts = [_HEAD]
    secrets: list[str] = []
    for key, info in fields_of(ROOT.sections[""]).items():
        rows = list(_rows((key,), info, ""))
        parts.append(f"## {info.title}\n\n{_table(rows)}")
        secrets += _secret_rows((key,), shape_of(info.annotation), info, "")
    parts.append(_SECRETS + "\n".join(secrets) + "\n")
    parts.append(_profiles())
    return "\n".join(parts)


def _table(rows: list[str]) -> str:
    return "\n".join(["| Answer | Type | Default | Meaning |", "|---|---|---|---|", *rows]) + "\n"


def _rows(path: tuple[str, ...], info: FieldInfo, kind: str) -> Iterator[str]:
    """The row of an answer, and the rows of what is in it."""
    shape = shape_of(info.annotation)
    help_text = " ".join(
        text
        for text in (
            f"*{kind}*:" if kind else "",
            f"**{info.title}.**" if info.title else "",
            info.description or "",
            _example(info),
        )
        if text
    )
    cells = (f"`{'.'.join(path)}`", _type(shape, info), _default(info), help_text)
    yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    inner, below = (shape.item, (*path, "N")) if shape.item else (shape, path)
    if inner.form not in {"section", "union"}:
        return
    for key, field, kinds in _grouped(below, inner):
        yield from _rows((*below, key), field, kinds)


def _grouped(path: tuple[str, ...], shape: Shape) -> Iterator[tuple[str, FieldInfo, str]]:
    """The answers in a section or union; what several kinds share comes once, with their names."""
    groups: dict[tuple[str, ...], tuple[str, FieldInfo, list[str]]] = {}
    for kind, section in shape.sections.items():
        for key, field in fields_of(section).items():
            if key != "kind":
                rows = tuple(_rows((*path, key), field, ""))
                groups.setdefault(rows, (key, field, []))[2].append(kind)
    for key, field, kinds in groups.values():
        yield key, field, ", ".join(kinds)


def _type(shape: Shape, info: FieldInfo) -> str:
    if shape.form == "secret":
        return "secret, may be generated" if "generate" in shape.sections else "secret"
    if shape.form == "union":
        return "one of the kinds " + ", ".join(f"`{kind}`" for kind in shape.sections)
    if shape.item is not None:
        return f"{shape.form} of {_plural(shape.item, info)}"
    if shape.choices:
        return ", ".join(f"`{choice_text(choice)}`" for choice in shape.choices)
    return {"section": "section", "free": "anything"}.get(shape.form) or _scalar(shape, info)


def _plural(item: Shape, info: FieldInfo) -> str:
    words = {"text": "texts", "path": "paths", "section": "sections", "secret": "secrets"}
    return words.get(_type(item, info), _type(item, info))


def _scalar(shape: Shape, info: FieldInfo) -> str:
    words = {str: "text", int: "number", bool: "`true` or `false`", Path: "path"}
    word = next((words[t] for t in shape.types if t in words), "text")
    extra = info.json_schema_extra
    unit = extra.get("x-unit") if isinstance(extra, dict) else None
    return f"{word} ({unit})" if unit else word


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    default = default_of(info)
    return f"`{flow(default)}`" if default not in (None, [], {}) else ""


def _example(info: FieldInfo) -> str:
    return f"Example: `{example_text(info)}`" if info.examples else ""


def _secret_rows(path: tuple[str, ...], shape: Shape, info: FieldInfo, kind: str) -> Iterator[str]:
    """A row of the table of secrets for every secret in or at a path."""
    if shape.form == "secret":
        extra = info.json_schema_extra
        stored = extra.get("x-stored") if isinstance(extra, dict) else ""
        name = ".".join(path)
        marked = f"*{kind}*: {stored}" if kind else stored
        yield f"| `{name}` | `{variable_for(name)}` | {marked} |"
        return
    if shape.item is not None:
        yield from _secret_rows((*path, "N"), shape.item, info, kind)
    for key, field, kinds in _grouped(path, shape):
        yield from _secret_rows((*path, key), shape_of(field.annotation), field, kinds)


def _profiles() -> str:
    """What the profiles fill in."""
    names = list(PROFILES)
    head = [
        "## Profiles",
        "",
        "`harbor.profile` fills in what is not given. Where a limit is given",
    ]
    head += ["and no request, none is filled in: Kubernetes then takes the limit for both.", ""]
    head += ["| Answer | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    usual = PROFILES[names[0]]
    rows = [
        (f"`harbor.replicas.{key}`", [str(PROFILES[n].replicas[key]) for n in names])
        for key in usual.replicas
    ]
    rows += [
        (
            f"`harbor.resources.{key}.requests`",
            [", ".join(PROFILES[n].requests[key]) for n in names],
        )
        for key in usual.requests
    ]
    rows += [
        (f"`storage.volumes.{to_camel(key)}.size`", [PROFILES[n].volumes[key] for n in names])
        for key in usual.volumes
    ]
    lines = [f"| {path} | {' | '.join(cells)} |" for path, cells in rows]
    return "\n".join([*head, *lines]) + "\n"
