"""Harbor itself."""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from wizard.answers.components import Replicas, Resources
from wizard.answers.exposure import Exposure, IngressExposure
from wizard.answers.scalars import Address, BaseUrl, Flag, Repository
from wizard.answers.secrets import GENERATE, Secret
from wizard.answers.section import Section, answer
from wizard.answers.services import Database, InternalDatabase, InternalRedis, Redis

Profile = Literal["lab", "standard", "ha"]


class Trivy(Section):
    """The vulnerability scanner Trivy."""

    enabled: Flag = answer(True, label="Trivy", help="Whether Trivy is installed.")
    offline: Flag = answer(
        False,
        label="Offline",
        help="Never fetch vulnerability databases: they must be put into the scanner's volume.",
    )
    db_repositories: tuple[Repository, ...] = answer(
        (),
        label="Vulnerability database",
        help="Repositories with the vulnerability database; without it Trivy's own.",
        example=["registry.corp/aquasec/trivy-db"],
    )
    java_db_repositories: tuple[Repository, ...] = answer(
        (),
        label="Java database",
        help="Repositories with the Java database; without it Trivy's own.",
        example=["registry.corp/aquasec/trivy-java-db"],
    )


class Scanner(Section):
    """What scans images."""

    trivy: Trivy = answer(Trivy(), label="Trivy", help="The vulnerability scanner Trivy.")


class Metrics(Section):
    """Figures for Prometheus."""

    enabled: Flag = answer(False, label="Metrics", help="Whether components publish metrics.")
    service_monitor: Flag = answer(
        False, label="ServiceMonitor", help="Whether the Prometheus operator is told of them."
    )


class Harbor(Section):
    """Harbor itself."""

    url: BaseUrl = answer(
        label="URL",
        help="The address that clients and browsers use. Its host is the first part of every "
        "image name; a port other than 443 (80 for http) belongs to it.",
        example="https://harbor.example.com",
    )
    resolve: Address | None = answer(
        None,
        label="Without DNS",
        help="The address that the wizard itself connects to instead of asking DNS, like "
        "curl --resolve. Clients still need DNS.",
        example="192.0.2.10",
        front=True,
    )
    expose: Exposure = answer(
        IngressExposure(kind="ingress"),
        label="Exposure",
        help="How clients reach Harbor.",
        front=True,
    )
    profile: Profile = answer(
        "standard",
        label="Profile",
        help="Fills in replicas, requests and volume sizes that are not given.",
        front=True,
    )
    replicas: Replicas = answer(Replicas(), label="Replicas", help="Pods per component.")
    resources: Resources = answer(Resources(), label="Resources", help="Resources per component.")
    admin_password: Secret = answer(
        GENERATE,
        label="Admin password",
        help="The first password of the user admin; Harbor ignores it once it has started.",
        example={"env": "HARBOR_ADMIN_PASSWORD"},
        stored="in place where the Secret is in the target namespace, else copied",
        front=True,
    )
    secret_key: Secret = answer(
        GENERATE,
        label="Secret key",
        help="Exactly 16 characters that encrypt the credentials Harbor stores. Never change it.",
        example={"file": "secret-key.txt"},
        stored="in place where the Secret is in the target namespace and its key is `secretKey`, "
        "else copied",
    )
    database: Database = answer(
        InternalDatabase(kind="internal"),
        label="Database",
        help="The PostgreSQL in use.",
        front=True,
    )
    redis: Redis = answer(
        InternalRedis(kind="internal"), label="Redis", help="The Redis in use.", front=True
    )
    internal_tls: Flag = answer(
        False, label="Internal TLS", help="Whether Harbor's components talk TLS to each other."
    )
    metrics: Metrics = answer(Metrics(), label="Metrics", help="Figures for Prometheus.")
    scanner: Scanner = answer(Scanner(), label="Scanner", help="What scans images.")
    values: Mapping[str, Any] = answer(
        {},
        label="Chart values",
        help="Raw values of the chart, merged last. Paths that other answers own are refused.",
        example={"logLevel": "debug"},
    )

    @property
    def host(self) -> str:
        """The host of the URL, IPv6 addresses without brackets."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port of the URL, its scheme's own where none is given."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def https(self) -> bool:
        """Whether clients use TLS."""
        return self.url.startswith("https:")
