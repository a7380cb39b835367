"""What things are called in the cluster: by the chart, and by the wizard beside it."""

from dataclasses import dataclass

MARK = "harbor-wizard/component"
"""The label on what the wizard installs of a component that others may use as well; its value is
the component's name, the same for every preset.
"""

INTERNAL_TLS_COMPONENTS = ("core", "jobservice", "registry", "portal", "trivy")
"""The components that get a certificate of their own when they talk TLS to each other."""


@dataclass(frozen=True, slots=True)
class Names:
    """All names of one release. None of the wizard's Secrets is called like one of the chart's."""

    release: str

    @property
    def fullname(self) -> str:
        """The beginning of every name in the chart (its template `harbor.fullname`)."""
        full = self.release if "harbor" in self.release else f"{self.release}-harbor"
        return full[:63].removesuffix("-")

    def component(self, name: str) -> str:
        """The workload and Service of a component: core, portal, jobservice, registry, trivy,
        database, redis, nginx, exporter.
        """
        return f"{self.fullname}-{name}"

    @property
    def exposed_service(self) -> str:
        """The Service in front of nginx, for the exposures that have one."""
        return self.fullname

    @property
    def admin(self) -> str:
        """Secret: the admin's first password."""
        return f"{self.fullname}-admin-password"

    @property
    def encryption(self) -> str:
        """Secret: the key with which Harbor encrypts credentials in its database."""
        return f"{self.fullname}-encryption-key"

    @property
    def core(self) -> str:
        """Secret: what the other components show to core."""
        return f"{self.fullname}-core-secret"

    @property
    def token(self) -> str:
        """Secret: the key pair that signs the registry's tokens."""
        return f"{self.fullname}-token-signing"

    @property
    def xsrf(self) -> str:
        """Secret: the key against cross-site request forgery."""
        return f"{self.fullname}-xsrf-key"

    @property
    def jobservice(self) -> str:
        """Secret: what jobservice shows to the others."""
        return f"{self.fullname}-jobservice-secret"

    @property
    def registry(self) -> str:
        """Secret: what the registry signs its upload state with."""
        return f"{self.fullname}-registry-secret"

    @property
    def registry_login(self) -> str:
        """Secret: with which core and jobservice log in at the registry."""
        return f"{self.fullname}-registry-login"

    @property
    def database(self) -> str:
        """Secret: the password of the internal database, which the chart takes only as a value."""
        return f"{self.fullname}-database-password"

    @property
    def external_database(self) -> str:
        """Secret: the password of an external database."""
        return f"{self.fullname}-external-database"

    @property
    def external_redis(self) -> str:
        """Secret: user and password of an external Redis."""
        return f"{self.fullname}-external-redis"

    @property
    def blobs(self) -> str:
        """Secret: the credentials of the object storage."""
        return f"{self.fullname}-blobs"

    @property
    def blobs_authority(self) -> str:
        """Secret: the CA of the object storage."""
        return f"{self.fullname}-blobs-ca"

    @property
    def certificate(self) -> str:
        """Secret: the certificate under Harbor's URL."""
        return f"{self.fullname}-tls"

    @property
    def authority(self) -> str:
        """Secret: the CA certificate that people download from the portal."""
        return f"{self.fullname}-ca"

    @property
    def signing_authority(self) -> str:
        """Secret: the authority that is made here, with its key."""
        return f"{self.fullname}-ca-key"

    @property
    def internal_authority(self) -> str:
        """Secret: the authority between the components, with its key."""
        return f"{self.fullname}-internal-ca-key"

    @property
    def trusted(self) -> str:
        """Secret: further CAs that Harbor's components trust."""
        return f"{self.fullname}-trusted-ca"

    @property
    def acme(self) -> str:
        """Issuer: the ACME server that issues the certificate."""
        return f"{self.fullname}-acme"

    @property
    def acme_staging(self) -> str:
        """Issuer: the ACME server that is tried first."""
        return f"{self.fullname}-acme-staging"

    @property
    def acme_external(self) -> str:
        """Secret: the key of an external ACME account."""
        return f"{self.fullname}-acme-external"

    @property
    def dns01(self) -> str:
        """Secret: what the provider of an ACME proof by DNS is logged in with."""
        return f"{self.release}-dns01"

    def internal_certificate(self, component: str) -> str:
        """Secret: the certificate of one of INTERNAL_TLS_COMPONENTS."""
        return f"{self.fullname}-{component}-tls"

    @property
    def pull(self) -> str:
        """Secret: the login for the registry that images are pulled from."""
        return f"{self.fullname}-pull"
