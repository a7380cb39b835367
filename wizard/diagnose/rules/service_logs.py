"""What the other containers say: Redis, registry, job service, scanner, portal and proxy."""

import re
from datetime import timedelta

from wizard.diagnose.kinds import LOG, POD
from wizard.diagnose.rules.base import Layer, Rule
from wizard.diagnose.rules.signs import LATELY, Sign

_ALL = ("database", "redis", "registry", "registryctl", "core", "jobservice", "trivy", "exporter")

_FULL = Sign(
    _ALL,
    # "could not resize shared memory segment … to 4096 bytes: No space …" is memory (HW-126).
    re.compile(r"(?<! bytes: )no space left on device", re.I),
    "A disk that the container writes to is full: its volume, or the disk of its node.",
    "Enlarge the volume (kubectl edit pvc, where its class allows expansion), run the garbage "
    "collection of Harbor, or free the node's disk.",
    when_ready=True,
    within=LATELY,
)
_MAY_NOT_WRITE = Sign(
    ("registry", "registryctl", "jobservice"),
    re.compile(r"(?:mkdir|open) /(?:storage|var/log/jobs)\S*: permission denied"),
    "The volume refuses user 10000, as whom Harbor's containers run.",
    "Let the volume belong to group 10000 (a driver that applies fsGroup), set the driver's mount "
    "permissions, or export the share without all_squash.",
    when_ready=True,
    within=LATELY,
)
_SNAPSHOT = Sign(
    ("redis",),
    re.compile(
        r"(?:Failed opening|Can't open)[^:]*(?:RDB|append-only|AOF)[^:]*: Permission denied"
    ),
    "Redis may not write its volume as user 999; after that it refuses all writes, so logins and "
    "jobs fail.",
    "Let the volume belong to user 999 (export without all_squash, a driver that applies fsGroup), "
    "or use block storage for Redis; then restart its pod.",
    when_ready=True,
    within=LATELY,
)
_AUTHENTICATION = Sign(
    ("core", "jobservice", "registry", "trivy", "exporter"),
    re.compile(r"NOAUTH Authentication required|WRONGPASS invalid username-password pair"),
    "Redis wants another password than Harbor sends. The chart reads an external Redis's Secret "
    "while it is rendered; rendered without the cluster (helm template, Argo CD) it is empty.",
    "Check REDIS_PASSWORD in the Secret that redis.external.existingSecret names, and install with "
    "Helm itself; where the chart is only rendered, give the password as a value.",
    when_ready=True,
    within=LATELY,
)
_INTERNAL = Sign(
    ("jobservice",),
    re.compile(r"only internal service is allowed to call this API"),
    "Core refuses the job service: they do not share the same secret. One of them still runs with "
    "the secret from before an upgrade.",
    "Restart core, then jobservice (kubectl rollout restart). So that it stays the same, name a "
    "Secret in core.existingSecret.",
    after_needs=True,
)
_NO_IPV6 = Sign(
    ("nginx", "portal"),
    re.compile(r"socket\(\) \[::\]:\d+ failed \(97: Address family not supported by protocol\)"),
    "The web server listens on IPv6 as well, and the node has none.",
    "Set the chart value ipFamily.ipv6.enabled to false.",
    terminal=True,
)
_EXPIRED = Sign(
    ("core", "jobservice", "registry", "registryctl", "trivy", "exporter"),
    re.compile(r"x509: certificate has expired or is not yet valid"),
    "A certificate that the container was shown is out of date. With internal TLS it may be one of "
    "Harbor's own: those that the chart makes last a year and are never renewed.",
    "Renew the certificate of the host that the line names. For internal TLS let cert-manager make "
    "them (chart value internalTLS.certSource: secret); a helm upgrade makes the chart's anew.",
    when_ready=True,
    within=LATELY,
)
_UNTRUSTED = Sign(
    ("core", "jobservice", "trivy"),
    re.compile(r"x509: certificate signed by unknown authority"),
    "Harbor does not trust a server that it talks to (another registry, LDAP, OIDC, a mirror of "
    "the scanner's database).",
    "Put that server's authority into the Secret that the chart value caBundleSecretName names "
    "(key ca.crt).",
    when_ready=True,
    within=LATELY,
)
_SCANNER = Sign(
    ("trivy",),
    re.compile(
        r"failed to download (?:vulnerability|Java) DB|trivy\.db: permission denied"
        r"|--skip-(?:db-)?update cannot be specified on the first run"
    ),
    "The scanner has no vulnerability database and cannot get one, so every scan fails.",
    "Let it reach mirror.gcr.io or ghcr.io (proxy.components), or name a mirror in "
    "trivy.dbRepository and trivy.javaDBRepository. Without internet access: skipUpdate, "
    "skipJavaDBUpdate, offlineScan, and the databases put into its volume, owned by user 10000.",
    when_ready=True,
    within=LATELY,
)
_UPLOADS = Sign(
    ("registry",),
    re.compile(r'err\.code="?blob upload unknown"?'),
    "Uploads break off between two requests of the same push: the client was sent to another "
    "scheme or address in between, or to another registry pod that does not share the volume.",
    "Let the proxy in front hand on X-Forwarded-Proto, or set registry.relativeurls to true. With "
    "several registry pods they need one shared volume (ReadWriteMany) or object storage.",
    when_ready=True,
    within=LATELY,
    least=3,
)

_NEEDS = (POD, LOG)

RULES = (
    Rule(
        "HW-040", "A disk is full", Layer.STORAGE, _NEEDS, _FULL.find,
        grace=timedelta(minutes=10), offers="grow",
    ),
    Rule("HW-209", "A volume may not be written", Layer.STORAGE, _NEEDS, _MAY_NOT_WRITE.find),
    Rule(
        "HW-112", "Redis may not write its volume", Layer.STORAGE, _NEEDS, _SNAPSHOT.find,
        grace=timedelta(minutes=5),
    ),
    Rule(
        "HW-116", "Redis refuses the password", Layer.SECRETS, _NEEDS, _AUTHENTICATION.find,
        grace=timedelta(minutes=3),
    ),
    Rule(
        "HW-104", "Core refuses the job service", Layer.SECRETS, _NEEDS, _INTERNAL.find,
        grace=timedelta(minutes=3),
    ),
    Rule("HW-117", "Web server needs IPv6", Layer.WORKLOAD, _NEEDS, _NO_IPV6.find),
    Rule(
        "HW-115", "A certificate has expired", Layer.SECRETS, _NEEDS, _EXPIRED.find, aside=True,
    ),
    Rule(
        "HW-121", "Harbor does not trust a server", Layer.SECRETS, _NEEDS, _UNTRUSTED.find,
        aside=True,
    ),
    Rule(
        "HW-037", "Scanner has no vulnerability database", Layer.DEPENDENCY, _NEEDS,
        _SCANNER.find, aside=True,
    ),
    Rule("HW-020", "Uploads break off", Layer.ENTRY, _NEEDS, _UPLOADS.find, aside=True),
)  # fmt: skip
