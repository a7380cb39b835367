"""Where a preset's Harbor is reached by its clients, and what vouches for it there."""

from base64 import b64decode

from wizard.answers.pki import Acme, Commercial, Issuer, SelfSigned
from wizard.answers.preset import Preset
from wizard.charts.names import Names
from wizard.ports import Endpoint, Ref, World
from wizard.steps.commercial import file_content
from wizard.steps.inputs import SECRET


def endpoint_of(preset: Preset, authority: bytes) -> Endpoint:
    """Harbor's URL, with an authority besides `network.caBundle`. Raises UsageError for that."""
    given = file_content(preset.network.ca_bundle)
    return Endpoint(preset.harbor.url, given + authority, preset.harbor.resolve or "")


async def published_authority(world: World, preset: Preset) -> bytes:
    """The authority that is published beside Harbor's certificate; empty where none is.

    Raises WorldError where that Secret may not be read.
    """
    names = Names(preset.target.release)
    holders = {
        SelfSigned: names.authority,
        Commercial: names.authority,
        Issuer: names.certificate,
        Acme: names.certificate,
    }
    holder = holders.get(type(preset.pki))
    if holder is None:
        return b""
    found = await world.objects.get(Ref(SECRET, preset.target.namespace, holder))
    return b64decode(((found or {}).get("data") or {}).get("ca.crt", ""))
