"""Rules across answers: each with a preset that breaks it and one beside it that does not."""

import pytest

from tests.unit.answers.conftest import MINIMAL, Judge
from wizard.answers.rules_values import CHART_DEFAULTS

NO_PKI = MINIMAL.replace("self-signed", "none")
DATABASE = "database: {kind: external, host: db, username: u, password: {env: P}}"
REDIS = "redis: {kind: external, addresses: ['r:6379']}"
S3 = "storage: {blobs: {kind: s3, bucket: b, accessKey: {env: A}, secretKey: {env: B}}}"


def served(url: str, expose: str, pki: str = "self-signed") -> str:
    return (
        f"schemaVersion: 1\nname: x\npki: {{kind: {pki}}}\n"
        f"harbor: {{url: '{url}', expose: {{{expose}}}}}\n"
    )


def authority(kind: str, unseal: str, more: str = "") -> str:
    server = f"{{kind: deploy, unseal: {{{unseal}}}{more}}}"
    return MINIMAL.replace(
        "{kind: self-signed}",
        f"{{kind: self-signed, authority: {{kind: {kind}, server: {server}}}}}",
    )


def existing(server: str, rest: str = "") -> str:
    token = "auth: {kind: token, token: {env: T}}"
    told = f"{{kind: existing, address: 'https://v', {server or token}}}"
    return MINIMAL.replace(
        "{kind: self-signed}",
        f"{{kind: self-signed, authority: {{kind: vault, server: {told}{rest}}}}}",
    )


def acme(solver: str, url: str = "https://harbor.example.com") -> str:
    return (
        "schemaVersion: 1\nname: x\npki: {kind: acme, server: 'https://a.corp', email: a@b, "
        f"solver: {{{solver}}}}}\nharbor: {{url: '{url}', expose: {{kind: loadBalancer}}}}\n"
    )


BROKEN = {
    "plain http beside a certificate": (
        served("http://h.lab", "kind: ingress"),
        "harbor.url",
        "is plain http, but pki.kind 'self-signed' brings a certificate",
    ),
    "plain http without a reason": (
        served("http://h.lab", "kind: ingress", "none"),
        "harbor.url",
        "is plain http: passwords and images would cross the network unencrypted",
    ),
    "a name that clients take for one of Docker Hub": (
        served("https://harbor", "kind: ingress"),
        "harbor.url",
        "has a name without a dot: clients would ask Docker Hub for `harbor/…`",
    ),
    "node port missing in the URL": (
        served("https://h.lab", "kind: nodePort"),
        "harbor.url",
        "has no port, but Harbor answers on node port 30003",
    ),
    "an address as the host of an ingress": (
        served("https://10.0.0.5", "kind: ingress"),
        "harbor.url",
        "names an IP address, which 'ingress' cannot route",
    ),
    "an IPv6 address as the host of an ingress": (
        served("https://[2001:db8::5]", "kind: ingress"),
        "harbor.url",
        "names an IP address, which 'ingress' cannot route",
    ),
    "an ingress class named twice": (
        served(
            "https://h.lab",
            "kind: ingress, className: a, annotations: {kubernetes.io/ingress.class: b}",
        ),
        "harbor.expose.className",
        "stands beside the annotation kubernetes.io/ingress.class: only one may name the class",
    ),
    "a release whose pods cannot be labelled": (
        MINIMAL + f"target: {{release: {'r' * 37}}}\n",
        "target.release",
        "has 37 characters: names made from it would be too long",
    ),
    "two node ports alike": (
        served("https://h.lab:30003", "kind: nodePort, httpPort: 30003"),
        "harbor.expose.httpsPort",
        "is the same as httpPort",
    ),
    "registries that share a volume": (
        MINIMAL + "  replicas: {registry: 2}\n",
        "storage.volumes.registry.accessMode",
        "2 registry pods cannot share a volume that one node may write",
    ),
    "registries that a profile multiplies": (
        MINIMAL + f"  profile: ha\n  {DATABASE}\n  {REDIS}\n",
        "storage.volumes.registry.accessMode",
        "2 registry pods cannot share a volume that one node may write",
    ),
    "job services that insist on files on one volume": (
        MINIMAL
        + "  replicas: {jobservice: 3}\n  values: {jobservice: {jobLoggers: [stdout, file]}}\n",
        "harbor.values.jobservice.jobLoggers",
        "3 job service pods cannot write files to a volume that one node may write",
    ),
    "several addresses without a master": (
        MINIMAL + "  redis: {kind: external, addresses: ['a:1', 'b:1']}\n",
        "harbor.redis.sentinelMaster",
        "is missing: several addresses are only understood as Sentinels",
    ),
    "a Redis user without a password": (
        MINIMAL + "  redis: {kind: external, addresses: ['a:1'], username: u}\n",
        "harbor.redis.password",
        "is missing: a user is given",
    ),
    "one Redis database for two": (
        MINIMAL + "  redis: {kind: external, addresses: ['a:1'], indexes: {core: 1}}\n",
        "harbor.redis.indexes",
        "database 1 is used 2 times: the data would mix",
    ),
    "a ServiceMonitor without metrics": (
        MINIMAL + "  metrics: {serviceMonitor: true}\n",
        "harbor.metrics.serviceMonitor",
        "there are no metrics to collect",
    ),
    "a request above its limit": (
        MINIMAL + "  resources: {core: {requests: {memory: 1Gi}, limits: {memory: 512Mi}}}\n",
        "harbor.resources.core.requests.memory",
        "1Gi is more than the limit 512Mi",
    ),
    "a certificate renewed after its end": (
        MINIMAL.replace("self-signed}", "self-signed, certificate: {duration: 700h}}"),
        "pki.certificate.renewBefore",
        "720h is not shorter than the certificate's 700h",
    ),
    "a certificate for minutes": (
        MINIMAL.replace(
            "self-signed}", "self-signed, certificate: {duration: 30m, renewBefore: 10m}}"
        ),
        "pki.certificate.duration",
        "30m is less than an hour",
    ),
    "ACME for an address": (
        acme("kind: http01", "https://10.0.0.5"),
        "harbor.url",
        "names an IP address, but ACME proves host names",
    ),
    "two ways to serve a proof": (
        acme("kind: http01, ingressClass: a, gateway: {name: g}"),
        "pki.solver.gateway",
        "stands beside ingressClass: only one can serve the proof",
    ),
    "more shares needed than made": (
        authority("openbao", "kind: shamir, shares: 2, threshold: 3"),
        "pki.authority.server.unseal.threshold",
        "3 shares are needed, but only 2 are made",
    ),
    "one share out of several": (
        authority("openbao", "kind: shamir, shares: 2, threshold: 1"),
        "pki.authority.server.unseal.threshold",
        "a single share out of several would open the server",
    ),
    "too few PGP keys": (
        authority("openbao", "kind: shamir, pgpKeys: [a.asc]"),
        "pki.authority.server.unseal.pgpKeys",
        "1 keys for 5 shares",
    ),
    "a seal that OpenBao lacks": (
        authority("openbao", "kind: awskms, region: r, kmsKeyId: k"),
        "pki.authority.server.unseal.kind",
        "'awskms' is unknown to openbao",
    ),
    "a seal that Vault lacks": (
        authority("vault", "kind: static, key: {generate: true}"),
        "pki.authority.server.unseal.kind",
        "'static' is unknown to vault",
    ),
    "half a client of Azure": (
        authority(
            "vault",
            "kind: azurekeyvault, tenantId: t, vaultName: v, keyName: k, clientSecret: {env: S}",
        ),
        "pki.authority.server.unseal.clientSecret",
        "belongs to a clientId",
    ),
    "a secret in a Vault that is installed here": (
        authority("vault", "kind: shamir") + "  adminPassword: {vault: {path: p, key: k}}\n",
        "harbor.adminPassword",
        "there is no Vault or OpenBao to read it from: pki.authority.server is none of yours",
    ),
    "the login to a Vault kept in it": (
        existing("auth: {kind: token, token: {vault: {path: p, key: k}}}"),
        "pki.authority.server.auth.token",
        "the login to that server cannot be kept in it",
    ),
    "recovery keys where there are shares": (
        authority("vault", "kind: shamir", ", recovery: {shares: 1, threshold: 1}"),
        "pki.authority.server.recovery",
        "only a Vault, or an OpenBao of three replicas, that opens itself has recovery keys",
    ),
    "recovery keys of an OpenBao that opens itself": (
        authority("openbao", "kind: static, key: {generate: true}", ", recovery: {}"),
        "pki.authority.server.recovery",
        "only a Vault, or an OpenBao of three replicas, that opens itself has recovery keys",
    ),
    "one recovery key out of several": (
        authority("vault", "kind: awskms, region: r, kmsKeyId: k", ", recovery: {threshold: 1}"),
        "pki.authority.server.recovery.threshold",
        "a single share out of several would make a root token",
    ),
    "half a key of AWS": (
        authority("vault", "kind: awskms, region: r, kmsKeyId: k, accessKey: {env: A}"),
        "pki.authority.server.unseal",
        "accessKey and secretKey belong together",
    ),
    "one mount for both authorities": (
        existing("", ", root: {mount: pki_int}"),
        "pki.authority.issuing.mount",
        "pki_int is the root's mount too",
    ),
    "an issuing authority that outlives its root": (
        existing("", ", root: {years: 2}"),
        "pki.authority.issuing.years",
        "5 years are longer than the root's 2",
    ),
    "a path that issues instead of signing": (
        existing("auth: {kind: token, token: {env: T}}, signPath: pki/issue/harbor"),
        "pki.authority.server.signPath",
        "pki/issue/harbor is no path that signs by a role",
    ),
    "a login that cert-manager lacks": (
        existing(
            "signPath: pki/sign/harbor, auth: {kind: userpass, username: u, password: {env: P}}"
        ),
        "pki.authority.server.auth.kind",
        "cert-manager cannot log in with user and password",
    ),
    "no root to publish": (
        NO_PKI + "trust: {pods: trust-manager}\n",
        "trust.pods",
        "there is no root certificate to publish: pki.kind is none",
    ),
}

WARNED = {
    "another port than the node port": (
        served("https://h.lab:443", "kind: nodePort"),
        "harbor.url",
        "names port 443, but Harbor answers on port 30003",
    ),
    "a load balancer's other port": (
        served("https://h.lab:8443", "kind: loadBalancer"),
        "harbor.url",
        "names port 8443, but Harbor answers on port 443",
    ),
    "a certificate that the Gateway hides": (
        MINIMAL + "  expose: {kind: gateway, parentRefs: [{name: g}]}\n",
        "pki.kind",
        "the Gateway ends TLS, so clients see its certificate, not this one",
    ),
    "components that a Gateway cannot talk to": (
        NO_PKI + "  internalTls: true\n  expose: {kind: gateway, parentRefs: [{name: g}]}\n",
        "harbor.internalTls",
        "the Gateway speaks http to Harbor's components, which then answer in TLS only",
    ),
    "a node port outside the range": (
        served("https://h.lab:443", "kind: nodePort, httpsPort: 443"),
        "harbor.expose.httpsPort",
        "443 lies outside 30000-32767, the usual range of node ports",
    ),
    "an internal database that must not fail": (
        MINIMAL + f"  profile: ha\n  {REDIS}\n{S3}\n",
        "harbor.database.kind",
        "the internal database is one pod: Harbor stops whenever it does",
    ),
    "a database without TLS": (
        MINIMAL + f"  {DATABASE[:-1]}, sslMode: disable}}\n",
        "harbor.database.sslMode",
        "the password and all data cross the network unencrypted",
    ),
}

FINE = {
    "https where TLS ends in front": served("https://h.lab", "kind: nodePort", "none"),
    "plain http with a reason": served(
        "http://h.lab:30002", "kind: nodePort", "none, plainHttpReason: lab"
    ),
    "the longest release": MINIMAL + f"target: {{release: harbor-{'r' * 36}}}\n",
    "the node port in the URL": served("https://h.lab:30003", "kind: nodePort"),
    "an address behind a load balancer": served("https://10.0.0.5", "kind: loadBalancer"),
    "an IPv6 address with a node port": served("https://[2001:db8::5]:30003", "kind: nodePort"),
    "a Gateway that ends TLS": NO_PKI + "  expose: {kind: gateway, parentRefs: [{name: g}]}\n",
    "registries on a shared volume": MINIMAL
    + "  replicas: {registry: 2}\nstorage: {volumes: {registry: {accessMode: ReadWriteMany}}}\n",
    "registries on object storage": MINIMAL + f"  replicas: {{registry: 2}}\n{S3}\n",
    "several job services: their logs go to the database": MINIMAL
    + "  replicas: {jobservice: 2}\n",
    "job services that write files on a shared volume": MINIMAL
    + "  replicas: {jobservice: 2}\n  values: {jobservice: {jobLoggers: [file]}}\n"
    + "storage: {volumes: {jobLog: {accessMode: ReadWriteMany}}}\n",
    "Sentinels with their master": MINIMAL
    + "  redis: {kind: external, addresses: ['a:1', 'b:1'], sentinelMaster: m}\n",
    "a limit below the profile's request": MINIMAL
    + "  resources: {core: {limits: {memory: 128Mi, cpu: 10m}}}\n",
    "cores as numbers": MINIMAL
    + "  resources: {core: {requests: {cpu: 500m}, limits: {cpu: 0.5}}}\n",
    "one share for a lab": authority("openbao", "kind: shamir, shares: 1, threshold: 1"),
    "a login that cert-manager does not need": existing(
        "auth: {kind: userpass, username: u, password: {env: P}}"
    ),
    "a path that signs": existing(
        "auth: {kind: token, token: {env: T}}, signPath: a/b/sign/harbor"
    ),
    "transit for both": authority(
        "vault", "kind: transit, address: 'https://v', keyName: k, token: {env: T}"
    ),
}


def told(judge: Judge, text: str) -> list[tuple[str, str, str]]:
    return [(problem.severity, problem.path, problem.message) for problem in judge(text)]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_an_error_at_its_answer(name: str, judge: Judge) -> None:
    text, path, message = BROKEN[name]
    assert told(judge, text) == [("error", path, message)]


@pytest.mark.parametrize("name", WARNED)
def test_a_doubtful_choice_is_a_warning_at_its_answer(name: str, judge: Judge) -> None:
    text, path, message = WARNED[name]
    assert told(judge, text) == [("warning", path, message)]


@pytest.mark.parametrize("name", FINE)
def test_what_looks_similar_but_works_is_no_problem(name: str, judge: Judge) -> None:
    assert told(judge, FINE[name]) == []


RAW = {
    "externalURL: 'https://x'": ("externalURL", "`harbor.url`"),
    "expose: {tls: {certSource: auto}}": ("expose.tls", "`pki`"),
    "updateStrategy: {type: RollingUpdate}": ("updateStrategy", "accessMode"),
    f"core: {{xsrfKey: {'x' * 32}}}": ("core.xsrfKey", "made once"),
    "core: {image: {tag: dev}}": ("core.image", "imageMirrors"),
    "expose: null": ("expose.type", "harbor.expose.kind"),
}


@pytest.mark.parametrize("values", RAW)
def test_chart_values_that_answers_own_are_refused_with_the_answer_to_use(
    values: str, judge: Judge
) -> None:
    path, fix = RAW[values]
    (problem,) = judge(MINIMAL + f"  values: {{{values}}}\n")
    assert (problem.path, problem.severity) == (f"harbor.values.{path}", "error")
    assert problem.line == 6
    assert fix in problem.fix


@pytest.mark.parametrize("default", sorted(CHART_DEFAULTS))
def test_passwords_that_everybody_knows_are_refused(default: str, judge: Judge) -> None:
    (problem,) = judge(MINIMAL + f"  values: {{trace: {{jaeger: {{password: {default}}}}}}}\n")
    assert problem.path == "harbor.values.trace.jaeger.password"
    assert default not in str(problem)


def test_odd_keys_of_chart_values_are_no_crash(judge: Judge) -> None:
    odd = MINIMAL + "  values: {core: {podAnnotations: {'a.b/c[=]': Harbor12345}}}\n"
    (problem,) = judge(odd)
    assert problem.path == 'harbor.values.core.podAnnotations."a.b/c[=]"'
    assert problem.line == 6
