"""How the wizard and everything it installs reach the world."""

from wizard.answers.scalars import LocalPath, Text, Url
from wizard.answers.section import Section, answer


class Network(Section):
    """Proxy and extra certificate authorities, for the wizard, Helm and Harbor alike."""

    http_proxy: Url | None = answer(
        None,
        label="HTTP proxy",
        help="The proxy for plain http.",
        example="http://proxy.corp:3128",
    )
    https_proxy: Url | None = answer(
        None,
        label="HTTPS proxy",
        help="The proxy for https.",
        example="http://proxy.corp:3128",
        front=True,
    )
    no_proxy: tuple[Text, ...] = answer(
        (),
        label="No proxy for",
        help="Hosts, domains and ranges that are reached directly; the cluster's own are added.",
        example=["registry.corp", "10.0.0.0/8"],
    )
    ca_bundle: LocalPath | None = answer(
        None,
        label="CA bundle",
        help="PEM file with certificate authorities that are trusted besides the system's own.",
        example="corporate-ca.pem",
        front=True,
    )
