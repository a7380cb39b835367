"""versitygw, an S3 server over a folder, on 127.0.0.1: it checks every signature."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.cluster.build import Program, ensure_single
from tests.cluster.process import Process, free_port
from wizard.servers import Bucket

ACCESS_KEY, SECRET_KEY, REGION = "harbor-test", "S3-Secret-of-the-tests-42", "eu-test-1"

PROGRAM = Program(
    "versitygw",
    str(Path(__file__).parent / "program"),
    "github.com/versity/versitygw/cmd/versitygw",
    "is an S3 server",
    "2 min",
)


def s3_program() -> Path:
    """The server's program, built once. Raises NoPrograms, RuntimeError."""
    return ensure_single(PROGRAM)


class S3Server:
    """A server with one bucket, `harbor`; with `certificate` (a file and its key's) over TLS."""

    def __init__(
        self, program: Path, folder: Path, certificate: tuple[Path, Path] | None = None
    ) -> None:
        self.files = folder / "buckets"
        (self.files / "harbor").mkdir(parents=True)
        port = free_port()
        tls = [f"--cert={certificate[0]}", f"--key={certificate[1]}"] if certificate else []
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{port}"
        settings = [f"--access={ACCESS_KEY}", f"--secret={SECRET_KEY}", f"--region={REGION}"]
        self._process = Process(
            "versitygw",
            [
                str(program),
                *settings,
                f"--port=127.0.0.1:{port}",
                *tls,
                "posix",
                str(self.files),
            ],
            folder / "versitygw.log",
        )
        self._process.wait_until(lambda: _listens(port), 60)

    @property
    def bucket(self) -> Bucket:
        """The bucket, with its keys."""
        return Bucket("harbor", REGION, ACCESS_KEY, SECRET_KEY, self.url)

    def stop(self) -> None:
        """End it."""
        self._process.kill()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
