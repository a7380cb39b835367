"""OpenBao's chart with a configuration of our own: the chart's stands for a storage that OpenBao
2.7 does not know any more (https://openbao.org/community/deprecation/).
"""

import json
from collections.abc import Mapping
from typing import Any

from wizard.answers.authority import DeployedServer
from wizard.answers.preset import Preset
from wizard.answers.unseal import Shamir, StaticUnseal, TransitUnseal, Unseal
from wizard.answers.versions import OPENBAO_VERSION
from wizard.charts.engine import (
    Engine,
    Requests,
    ServerSecrets,
    basic_configuration,
    chart_values,
)
from wizard.charts.images import mirrored
from wizard.charts.seals import seal_stanza, transit_settings
from wizard.ports import ChartSource

CHART_VERSION = "0.29.2"
"""The chart counts otherwise than OpenBao itself, whose version is that of the image."""
_REPOSITORY = "https://openbao.github.io/openbao-helm"
_IMAGE = "quay.io/openbao/openbao"

OPENBAO = Engine(
    "openbao", "OpenBao", ChartSource("openbao", CHART_VERSION, repository=_REPOSITORY), "BAO"
)
"""OpenBao, by the chart that the wizard was tested with."""


def openbao_values(
    preset: Preset, server: DeployedServer, secrets: ServerSecrets, first: Requests
) -> dict[str, Any]:
    """The chart's values: raft, TLS, audit told to the log, and what the seal needs."""
    registry, repository = _image(preset)
    mounted = {"tls": secrets.certificate}
    if not isinstance(server.unseal, Shamir):
        mounted["seal"] = secrets.seal
    image = {
        "registry": registry,
        "repository": repository,
        "tag": preset.versions.openbao or OPENBAO_VERSION,
    }
    config = configuration(server.unseal, first, server.replicas)
    return chart_values(
        OPENBAO,
        preset,
        server,
        mounted,
        config,
        image=image,
        podManagementPolicy="Parallel",
    )


def configuration(unseal: Unseal, first: Requests, replicas: int = 1) -> str:
    """The server's configuration. Audit devices are declared: OpenBao takes none by its API."""
    return f"""\
{basic_configuration(OPENBAO, replicas)}audit "file" "log" {{
  options = {{ file_path = "stdout" }}
}}
{_seal(unseal)}{_first_start(first)}"""


def _first_start(first: Requests) -> str:
    """What a server that opens itself does on its first start; it takes no such stanza else."""
    return f'initialize "wizard" {{\n{"".join(map(_request, first))}}}\n' if first else ""


def _seal(unseal: Unseal) -> str:
    """The stanza of an auto-unseal that OpenBao 2.7 has built in; what it needs is in files.
    Without one, people open it with their shares.
    """
    folder = OPENBAO.seal_folder
    match unseal:
        case Shamir():
            return ""
        case StaticUnseal():
            settings = {"current_key_id": "first", "current_key": f"file://{folder}/key"}
        case TransitUnseal():
            settings = transit_settings(unseal, folder) | {"token": f"file://{folder}/token"}
        case _:
            raise ValueError(f"OpenBao has no seal {unseal.kind}")
    return seal_stanza(unseal.kind, settings)


def _request(request: tuple[str, str, Mapping[str, Any]]) -> str:
    name, path, data = request
    fields = ", ".join(f"{key} = {json.dumps(value)}" for key, value in data.items())
    return f"""\
  request "{name}" {{
    operation = "update"
    path = "{path}"
    data = {{ {fields} }}
  }}
"""


def _image(preset: Preset) -> tuple[str, str]:
    """Registry and repository of the image, from a mirror where there is one."""
    registry, _, repository = mirrored(_IMAGE, preset.delivery.image_mirrors).partition("/")
    return registry, repository
