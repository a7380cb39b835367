"""Rules across answers: what no answer can tell alone. Pure functions of a preset.

A rule sees the effective preset, so that what a profile fills in counts as said.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wizard.answers import (
    rules_authority,
    rules_certificates,
    rules_exposure,
    rules_services,
    rules_storage,
    rules_values,
)
from wizard.answers.preset import Preset
from wizard.answers.problems import Problem
from wizard.answers.secret_values import secret_paths


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and the answers that it reads; it is asked once all of these are fine alone."""

    check: Callable[[Preset], Iterator[Problem]]
    reads: tuple[str, ...]


def reserved(preset: Preset) -> Iterator[Problem]:
    """Names that a later version will use."""
    if preset.policy:
        yield Problem("policy", "is reserved for a later version", "Take it out.")
    if preset.delivery.charts.kind == "bundle":
        yield Problem(
            "delivery.charts.kind",
            "bundles are reserved for a later version",
            "Use 'directory' with a folder of chart packages.",
        )


def release_name(preset: Preset) -> Iterator[Problem]:
    """Pods of a StatefulSet carry its name and a hash in a label of 63 characters at most; the
    longest is the release's name, "-harbor" where that lacks it, and "-database".
    """
    release = preset.target.release
    longest = 43 if "harbor" in release else 36
    if len(release) > longest:
        yield Problem(
            "target.release",
            f"has {len(release)} characters: names made from it would be too long",
            f"Use at most {longest}.",
        )


def variables(preset: Preset) -> Iterator[Problem]:
    """Every secret must have an environment variable of its own."""
    taken: dict[str, str] = {}
    for secret in secret_paths(preset):
        other = taken.setdefault(secret.variable, secret.path)
        if other != secret.path:
            yield Problem(
                secret.path, f"shares the variable {secret.variable} with {other}", "Rename one."
            )


RULES: tuple[Rule, ...] = (
    Rule(variables, ("pki", "harbor", "storage", "delivery")),
    Rule(rules_authority.secrets_there, ("pki",)),
    Rule(release_name, ("target.release",)),
    Rule(reserved, ("policy", "delivery.charts")),
    Rule(rules_exposure.tls_and_url, ("harbor.url", "pki")),
    Rule(rules_exposure.name_of_registry, ("harbor.url",)),
    Rule(rules_exposure.port_in_url, ("harbor.url", "harbor.expose", "pki")),
    Rule(rules_exposure.host_of_routes, ("harbor.url", "harbor.expose")),
    Rule(rules_exposure.one_ingress_class, ("harbor.expose",)),
    Rule(rules_exposure.gateway_tls, ("harbor.expose", "harbor.internalTls", "pki")),
    Rule(rules_exposure.node_ports, ("harbor.expose",)),
    Rule(
        rules_storage.registry_replicas,
        ("harbor.replicas", "harbor.profile", "storage.blobs", "storage.volumes.registry"),
    ),
    Rule(
        rules_storage.jobservice_replicas,
        ("harbor.replicas", "harbor.profile", "harbor.values", "storage.volumes.jobLog"),
    ),
    Rule(rules_services.highly_available, ("harbor.profile", "harbor.database", "harbor.redis")),
    Rule(rules_services.database_tls, ("harbor.database",)),
    Rule(rules_services.redis, ("harbor.redis",)),
    Rule(rules_services.metrics, ("harbor.metrics",)),
    Rule(rules_services.requests_and_limits, ("harbor.resources", "harbor.profile")),
    Rule(rules_values.raw_values, ("harbor.values",)),
    Rule(rules_certificates.validity, ("pki",)),
    Rule(rules_certificates.acme, ("pki", "harbor.url")),
    Rule(rules_certificates.unsealing, ("pki",)),
    Rule(rules_authority.served, ("pki",)),
    Rule(rules_certificates.nothing_to_trust, ("pki", "trust")),
)
