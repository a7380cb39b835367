"""What `wizard trust …` does: reads the authority from the cluster and prints it for others."""

from base64 import b64decode
from collections.abc import Sequence

import yaml

from wizard.answers.pki import TlsSecret
from wizard.answers.preset import Preset
from wizard.charts.names import Names
from wizard.charts.tls import has_authority
from wizard.errors import CheckFailed, ExitCode, UsageError
from wizard.ports import Ref, World
from wizard.steps.inputs import SECRET
from wizard.trust import Trusting, config_map, containerd, docker, registry_of, script
from wizard.voices import Voices


async def export(world: World, preset: Preset, kind: str, voices: Voices) -> ExitCode:
    """Print the authority's certificate: as PEM, as a script for a client, or as a ConfigMap.

    Raises CheckFailed where it is not in the cluster, UsageError where there is none to tell.
    """
    authority = await _authority(world, preset)
    lines = _lines(kind, preset, authority)
    document = {
        "version": 1,
        "registry": registry_of(preset.harbor.url),
        "format": kind,
        "content": "\n".join([*lines, ""]),
    }
    voices.report.data(document, lambda _: lines)
    return ExitCode.DONE


def _lines(kind: str, preset: Preset, authority: str) -> Sequence[str]:
    url = preset.harbor.url.rstrip("/")
    clients: dict[str, Trusting] = {
        "docker": docker(registry_of(url)),
        "containerd": containerd(registry_of(url), url),
    }
    if kind in clients:
        return [*script(clients[kind], url, authority)]
    if kind == "configmap":
        made = config_map(Names(preset.target.release).authority, authority)
        return yaml.safe_dump(made, sort_keys=False).splitlines()
    return authority.splitlines()


async def _authority(world: World, preset: Preset) -> str:
    """The certificate as the installation keeps it, with one line end at its end."""
    if has_authority(preset):
        name = Names(preset.target.release).authority
    elif isinstance(preset.pki, TlsSecret):
        name = preset.pki.name
    else:
        raise UsageError(
            "There is no authority to export",
            why="the wizard knows of none that clients of this Harbor would not trust anyway",
            where="pki",
            fix="for a certificate of an authority of your own, give its root as pki.caBundle",
        )
    ref = Ref(SECRET, preset.target.namespace, name)
    data = (await world.objects.get(ref) or {}).get("data") or {}
    if not data.get("ca.crt"):
        raise CheckFailed(
            f"The {ref} has no entry `ca.crt`",
            why="the authority is kept there once Harbor is installed",
            where=str(ref),
            fix="install the preset first, or name the cluster it is installed in with --context",
        )
    return world.certificates.pem(b64decode(data["ca.crt"])).decode()
