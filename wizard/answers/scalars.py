"""The scalar types of answers, each with the sentence that a person reads when it is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from wizard.names import HOST, LABEL, RELEASE_LENGTH


@dataclass(frozen=True, slots=True)
class Matches:
    """Text that a regular expression matches as a whole; `says` completes "it must …"."""

    regex: str
    says: str
    max_length: int = 253

    def check(self, text: str) -> str:
        """The text itself. Raises ValueError with the sentence for people."""
        if len(text) > self.max_length or not re.fullmatch(self.regex, text):
            raise ValueError(f"must be {self.says}")
        return text

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^(?:{self.regex})$", "maxLength": self.max_length}


Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=0)]
Positive = Annotated[int, Strict(), Field(ge=1)]
Port = Annotated[int, Strict(), Field(ge=1, le=65535)]
Text = Annotated[str, Field(min_length=1)]


def _only_integer(value: Any) -> Any:
    """Python takes true and 1.0 for 1; people mean something else."""
    if type(value) is not int:
        raise ValueError("must be a whole number, without quotes")
    return value


def _only_true(value: Any) -> Any:
    if value is not True:
        raise ValueError("must be true")
    return value


One = Annotated[Literal[1], BeforeValidator(_only_integer)]
OneOrThree = Annotated[Literal[1, 3], BeforeValidator(_only_integer)]
Affirmed = Annotated[Literal[True], BeforeValidator(_only_true)]

Name = Annotated[
    str,
    Matches(LABEL, "lower-case letters, digits and '-', at most 63 of them (a DNS label)", 63),
]
"""The name of a namespace or of anything else that must be a DNS-1123 label."""

ReleaseName = Annotated[
    str,
    Matches(
        LABEL,
        "lower-case letters, digits and '-', at most 53 of them (Helm's limit)",
        RELEASE_LENGTH,
    ),
]

ObjectName = Annotated[
    str,
    Matches(HOST, "lower-case letters, digits, '-' and '.' (the name of a Kubernetes object)"),
]

DataKey = Annotated[
    str, Matches(r"[A-Za-z0-9._-]+", "letters, digits, '.', '_' and '-' (a key of a Secret)")
]

VariableName = Annotated[
    str, Matches(r"[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable")
]

Uid = Annotated[
    str,
    Matches(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "a UID such as 5b0c2f3e-8a53-4e55-9f0c-2f1f0a7e4d11",
    ),
]

Version = Annotated[
    str,
    Matches(r"[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?", "a version such as 2.15.2, without 'v'"),
]

Size = Annotated[
    str,
    Matches(
        r"[1-9][0-9]{0,17}(\.[0-9]{1,6})?([KMGTPE]i|[kMGTPE])",
        "a size with its unit, such as 200Gi or 512Mi",
    ),
]

Duration = Annotated[
    str,
    Matches(
        r"([1-9][0-9]*h)?([1-9][0-9]*m)?([1-9][0-9]*s)?(?<=.)", "a duration such as 2160h or 90m"
    ),
]

RemotePath = Annotated[
    str, Matches(r"/[^\s]*", "an absolute path such as /exports/harbor, without spaces", 4096)
]

Registry = Annotated[
    str,
    Matches(
        r"[A-Za-z0-9.-]+(:[0-9]+)?", "a registry's host such as docker.io or registry.corp:5000"
    ),
]

Repository = Annotated[
    str,
    Matches(
        r"[A-Za-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*",
        "a registry with an optional path, such as registry.corp/hub, without https://",
    ),
]

Image = Annotated[
    str,
    Matches(
        r"[A-Za-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*(:[A-Za-z0-9._-]+)?(@sha256:[0-9a-f]{64})?",
        "an image with its tag, such as registry.corp/hub/busybox:1.37",
    ),
]


def _number_as_text(value: Any) -> Any:
    """YAML reads `cpu: 2` as a number; Kubernetes takes both."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


_CPU = Matches(r"[0-9]{1,6}(\.[0-9]{1,6})?|[0-9]{1,9}m", "a number of cores such as 2, 0.5 or 500m")
Cpu = Annotated[
    str,
    BeforeValidator(_number_as_text),
    AfterValidator(_CPU.check),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": f"^({_CPU.regex})$"}, {"type": "number"}]}
    ),
]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _host(text: str) -> str:
    if _is_address(text):
        return text
    looks_like_address = re.fullmatch(r"[0-9.]+", text)
    if len(text) > 253 or looks_like_address or not re.fullmatch(HOST, text):
        raise ValueError(
            "must be a host name in lower case such as harbor.example.com, or an IP address"
        )
    return text


def _address(text: str) -> str:
    if not _is_address(text):
        raise ValueError("must be an IP address such as 10.0.0.5")
    return text


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError as error:
        raise ValueError("must be a range of addresses such as 10.0.0.0/8") from error
    return text


def split_host_port(text: str) -> tuple[str, int]:
    """`host:port`, IPv6 addresses in brackets, taken apart. Raises ValueError."""
    parts = urlsplit(f"//{text}")
    if parts.hostname is None or parts.port is None or parts.path or parts.username is not None:
        raise ValueError("must be host:port, such as redis.example.com:6379")
    return parts.hostname, parts.port


def _host_port(text: str) -> str:
    try:
        host, _ = split_host_port(text)
    except ValueError as error:
        raise ValueError("must be host:port, such as redis.example.com:6379") from error
    _host(host)
    return text


Host = Annotated[str, AfterValidator(_host)]
Address = Annotated[str, AfterValidator(_address)]
AddressRange = Annotated[str, AfterValidator(_network)]
HostPort = Annotated[str, AfterValidator(_host_port)]


def _split_url(text: str) -> tuple[str, str]:
    """Scheme and rest of a web address that carries no password. Raises ValueError."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError("must be a web address such as https://harbor.example.com") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise ValueError("must start with https:// or http:// and name a host")
    if parts.password is not None or parts.username is not None:
        raise ValueError("must not carry a user or a password: they would rest in clear in files")
    _host(parts.hostname)
    return parts.scheme, text.removeprefix(f"{parts.scheme}://")


def _url(text: str) -> str:
    _split_url(text)
    return text


def _base_url(text: str) -> str:
    scheme, rest = _split_url(text)
    bare = rest.rstrip("/")
    if any(mark in bare for mark in "/?#"):
        raise ValueError("must end after the host and the port: Harbor cannot live under a path")
    return f"{scheme}://{bare}"


Url = Annotated[str, AfterValidator(_url)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
"""Scheme, host and port only; a slash at the end is dropped."""


def _local_path(value: Any) -> Any:
    if isinstance(value, str) and (not value or "\0" in value):
        raise ValueError("must be the path of a file, relative to this preset or absolute")
    return value


LocalPath = Annotated[
    Path, BeforeValidator(_local_path), WithJsonSchema({"type": "string", "minLength": 1})
]
"""A file of this machine. In a loaded preset it is absolute; every Path in the model is one."""

Annotations = Mapping[str, str]


def seconds(duration: str) -> int:
    """A `Duration` in seconds."""
    units = {"h": 3600, "m": 60, "s": 1}
    return sum(int(n) * units[unit] for n, unit in re.findall(r"([0-9]+)([hms])", duration))


def amount(quantity: str) -> float:
    """A `Size` or `Cpu` as a number: bytes or cores."""
    number = quantity.rstrip("kKMGTPEim")
    unit = quantity.removeprefix(number)
    if unit == "m":
        return float(number) / 1000
    power = "KMGTPE".find(unit[0].upper()) + 1 if unit else 0
    return float(number) * float(1024 if unit.endswith("i") else 1000) ** power
