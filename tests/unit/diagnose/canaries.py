"""Secrets for tests to plant wherever a support bundle takes something from, and to look for.

By value where a Secret holds them too, by their looks where nothing but a name or a shape tells
what they are.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping

from wizard.ports import Object

IN_SECRETS = "canary-of-a-secret/+1"
OF_THE_WIZARD = "canary-of-the-wizard"
LOOKS = {
    "vault": "hvs.CANARYaaaaaaaaaaaaaaaaaaaaaa",
    "old vault": "s.CANARYaB3dE5gH7jK9mN1pQs",
    "unseal": "CANARYq1Zr0b7nH3yq2bS8x9mQm5bq0v7T1yq0bS8x9=",
    "jwt": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.CANARYc2ln",
    "docker": base64.b64encode(b'{"auths":{"canary.example":{}}}').decode(),
    "bcrypt": "$2y$10$CANARY" + "a1./" * 11 + "abc",
    "basic": base64.b64encode(b"canary:canary").decode(),
}
PEM = "CANARYMIIEvQIBADANBgkqhkiG9w0BAQEF"
KEY = ["-----BEGIN RSA PRIVATE KEY-----", PEM, PEM, "-----END RSA PRIVATE KEY-----"]
WORD = "canaryword"
"""Tells nothing by itself: it stands where a name says that it is secret."""
TEXT = "\n".join(
    [
        f"it is {IN_SECRETS} and {OF_THE_WIZARD}",
        base64.b64encode(f"x{IN_SECRETS}".encode()).decode(),
        f"password={WORD} --password {WORD}",
        f"redis://:{WORD}@redis:6379/0 postgres://u:{WORD}@db/x root:{WORD}@tcp(db)/x",
        f"host=db password='{WORD}'",
        f"token {LOOKS['vault']} {LOOKS['old vault']} {LOOKS['jwt']}",
        f"Unseal Key 1: {LOOKS['unseal']}",
        f"htpasswd admin:{LOOKS['bcrypt']}",
        f"config {LOOKS['docker']}",
        f"Authorization: Basic {LOOKS['basic']}",
        f"sent Basic {LOOKS['basic']}",
        f'{{"client_secret": "{WORD}", "auth": "{WORD}"}}',
        *KEY,
    ]
)
FORBIDDEN = [IN_SECRETS, OF_THE_WIZARD, *LOOKS.values(), PEM, WORD]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def objects(namespace: str) -> Iterator[Object]:
    """Objects with canaries in all that a person or a tool can write into."""

    def made(api: str, kind: str, name: str, **parts: object) -> Object:
        notes = {"kubectl.kubernetes.io/last-applied-configuration": TEXT, "note": TEXT}
        labels = {"release": "harbor", "component": "core"}
        metadata = {"name": name, "namespace": namespace, "annotations": notes, "labels": labels}
        return {"apiVersion": api, "kind": kind, "metadata": metadata, **parts}

    values = {"secretKey": IN_SECRETS}  # the rest of TEXT is to be known by its looks
    yield made("v1", "Secret", "s", type="Opaque", data={k: encoded(v) for k, v in values.items()})
    release = {"release": encoded(json.dumps({"config": {"harborAdminPassword": WORD}}))}
    yield made(
        "v1", "Secret", "sh.helm.release.v1.other.v1", type="helm.sh/release.v1", data=release
    )
    texts = {"config.yml": TEXT, "REDIS_PASSWORD": WORD, "core.yaml": f"password: {WORD}\nport: 1"}
    yield made("v1", "ConfigMap", "c", data=texts, binaryData={"blob": encoded(TEXT)})
    container = {
        "name": "core",
        "image": "core:1",
        "args": ["--db-password", WORD, f"--url=redis://:{WORD}@redis", TEXT],
        "env": [{"name": "DB_PASSWORD", "value": WORD}, {"name": "URL", "value": TEXT}],
    }
    ended = {"exitCode": 1, "message": TEXT, "reason": "Error"}
    told = {"name": "core", "restartCount": 1, "lastState": {"terminated": ended}}
    told |= {"containerID": "c2", "state": {"running": {"startedAt": "2026-11-26T18:00:00Z"}}}
    status = {"phase": "Running", "containerStatuses": [told], "message": TEXT}
    yield made("v1", "Pod", "harbor-core-1", spec={"containers": [container]}, status=status)
    about = {"kind": "Pod", "name": "harbor-core-1", "namespace": namespace}
    yield made("v1", "Event", "e", involvedObject=about, type="Warning", reason="x", message=TEXT)
    yield made("networking.k8s.io/v1", "Ingress", "i", spec={"rules": [{"host": "h.example"}]})


def decoded(text: str) -> Iterator[str]:
    """What stands in a text in Base64, wherever it begins in a group of three bytes."""
    for found in re.findall(r"[A-Za-z0-9+/_-]{8,}", text):
        for start in range(4):
            part = found[start:].replace("-", "+").replace("_", "/")
            part = part[: len(part) // 4 * 4]
            yield base64.b64decode(part).decode("utf-8", "replace")


def require_nowhere(files: Mapping[str, str], secrets: Iterable[str] = FORBIDDEN) -> None:
    """Require that no text holds one of the secrets, as it is or in Base64."""
    secrets = list(secrets)
    for name, text in files.items():
        for part in (text, *decoded(text)):
            found = [secret for secret in secrets if secret in part]
            assert not found, (name, found)
