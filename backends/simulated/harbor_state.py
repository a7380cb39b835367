"""What the stand-in for Harbor is like at a moment."""

from dataclasses import dataclass, field

COMPONENTS = ("core", "database", "jobservice", "portal", "redis", "registry", "registryctl")
"""The components of Harbor's health report; `trivy` comes besides where it is installed."""


@dataclass(slots=True)
class HarborState:
    """Change it at any time: the next answer shows it.

    `problems` holds the error of every unhealthy component. `listening` is false while core
    does not answer at all. While `admin_password` is empty nobody can log in.
    """

    version: str = "v2.15.2-c3b2c9a4"
    external_url: str = "https://harbor.example.com"
    admin_password: str = ""
    components: tuple[str, ...] = (*COMPONENTS, "trivy")
    problems: dict[str, str] = field(default_factory=dict)
    listening: bool = True
    has_ca_root: bool = False
    projects: list[str] = field(default_factory=lambda: ["library"])
