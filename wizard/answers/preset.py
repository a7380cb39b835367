"""The preset: all answers that a run needs."""

from collections.abc import Mapping
from typing import Any

from wizard.answers.delivery import Delivery
from wizard.answers.harbor import Harbor
from wizard.answers.network import Network
from wizard.answers.pki import Pki
from wizard.answers.scalars import Name, One
from wizard.answers.section import Section, answer
from wizard.answers.storage import Storage
from wizard.answers.target import Target
from wizard.answers.trust import Trust
from wizard.answers.versions import Versions

SCHEMA_VERSION = 1


class Preset(Section):
    """A person's answers; secrets only as references."""

    schema_version: One = answer(
        label="Format", help="The version of this format; it is always 1 for now."
    )
    name: Name = answer(label="Name", help="What you call this installation.", example="production")
    target: Target = answer(Target(), label="Target", help="Where Harbor goes.", front=True)
    network: Network = answer(
        Network(),
        label="Network",
        help="How the wizard and all it installs reach the world.",
        front=True,
    )
    delivery: Delivery = answer(
        Delivery(), label="Delivery", help="Where charts and images come from.", front=True
    )
    versions: Versions = answer(
        Versions(), label="Versions", help="What is installed in which version."
    )
    storage: Storage = answer(
        Storage(), label="Storage", help="Who makes the volumes, and where images rest.", front=True
    )
    pki: Pki = answer(label="Certificates", help="Where Harbor's certificate comes from.")
    trust: Trust = answer(
        Trust(), label="Trust", help="Who learns to trust the certificate authority.", front=True
    )
    harbor: Harbor = answer(label="Harbor", help="Harbor itself.")
    policy: Mapping[str, Any] = answer(
        {}, label="Policy", help="Reserved: what the registry is told once it runs."
    )
