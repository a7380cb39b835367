"""Running Helm: nothing of it is left behind, nothing secret is seen, lines come as they fall.

Small scripts stand in for Helm where the question is what it is given, or what an unruly program
does; the real one is in `test_helm.py`.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backends.helm import Helm, process
from tests.cluster.process import poll
from wizard.errors import CheckFailed, HelmFailed
from wizard.ports import ChartSource, ReleaseRequest

SECRET = "canary-password-7f3a"
WAIT = 10.0  # seconds; far more than anything here takes

Script = Callable[..., dict[str, str]]

RECORD = """
record = {"argv": sys.argv[1:], "stdin": sys.stdin.read(), "env": dict(os.environ)}
for name in ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "KUBECACHEDIR"):
    home = os.path.dirname(os.environ[name])
    record.setdefault("homes", []).append([home, os.stat(home).st_mode & 0o777])
with open(FOLDER + "/record.json", "w") as file:
    json.dump(record, file)
"""


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Makes a program that tells Helm's version and else does what the text says."""

    def made(body: str, version: str = "v4.3.1") -> dict[str, str]:
        path = tmp_path / "helm"
        path.write_text(
            f"#!{sys.executable}\n"
            "import json, os, signal, subprocess, sys, time\n"
            f"FOLDER = {str(tmp_path)!r}\n"
            f'if sys.argv[1] == "version":\n    print({version!r})\n    sys.exit(0)\n'
            f"{body}\n"
        )
        path.chmod(0o755)
        return {**os.environ, "WIZARD_HELM": str(path)}

    return made


def request(**values: Any) -> ReleaseRequest:
    return ReleaseRequest("harbor", "registry", Path("/charts/harbor-1.19.2.tgz"), values)


def recorded(tmp_path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((tmp_path / "record.json").read_text())
    return found


async def test_values_go_by_stdin_and_never_into_arguments(script: Script, tmp_path: Path) -> None:
    helm = Helm(tmp_path / "kubeconfig", environ=script(RECORD))
    await helm.render(request(database={"internal": {"password": SECRET}}), None)
    seen = recorded(tmp_path)
    assert json.loads(seen["stdin"]) == {"database": {"internal": {"password": SECRET}}}
    assert SECRET not in " ".join(seen["argv"])
    assert SECRET not in json.dumps(seen["env"])
    assert seen["argv"][seen["argv"].index("-f") + 1] == "-"


async def test_helm_lives_in_a_private_home_that_is_gone_afterwards(
    script: Script, tmp_path: Path
) -> None:
    environ = script(RECORD) | {
        "HELM_KUBETOKEN": SECRET,
        "HELM_DRIVER": "memory",
        "HTTPS_PROXY": "http://wrong.example.com",
        "WIZARD_SECRET_HARBOR_ADMIN_PASSWORD": SECRET,
        "KUBECONFIG": "/wrong",
        "AWS_PROFILE": "production",
    }
    kubeconfig = tmp_path / "kubeconfig"
    await Helm(kubeconfig, environ=environ).manifest("harbor", "registry", 1)
    seen = recorded(tmp_path)
    assert seen["env"]["KUBECONFIG"] == str(kubeconfig)
    assert seen["env"]["AWS_PROFILE"] == "production"
    unwanted = {"HELM_KUBETOKEN", "HELM_DRIVER", "HTTPS_PROXY"}
    assert not unwanted & seen["env"].keys()
    assert SECRET not in json.dumps(seen)
    ((home, mode),) = {tuple(one) for one in seen["homes"]}
    assert mode == 0o700
    assert Path(home).name not in os.listdir(tempfile.gettempdir())


async def test_proxies_and_authority_are_for_fetching_charts_only(
    script: Script, tmp_path: Path
) -> None:
    proxies = {"HTTPS_PROXY": "http://proxy.corp:3128", "NO_PROXY": "registry.corp"}
    helm = Helm(proxies=proxies, ca_bundle=Path("/corp.pem"), environ=script(RECORD))
    source = ChartSource("harbor", "1.19.2", repository="https://helm.example.com/")
    assert await helm.fetch(source, tmp_path) == tmp_path / "harbor-1.19.2.tgz"
    seen = recorded(tmp_path)
    assert seen["env"]["HTTPS_PROXY"] == "http://proxy.corp:3128"
    assert seen["env"]["NO_PROXY"] == "registry.corp"
    assert seen["argv"][:4] == ["pull", "harbor", "--repo", "https://helm.example.com"]
    assert seen["argv"][seen["argv"].index("--ca-file") + 1] == "/corp.pem"
    await helm.render(request(), None)
    assert "HTTPS_PROXY" not in recorded(tmp_path)["env"]


async def test_an_oci_repository_is_asked_by_its_reference(script: Script, tmp_path: Path) -> None:
    source = ChartSource("harbor", "1.19.2", repository="oci://registry.corp/charts")
    await Helm(environ=script(RECORD)).fetch(source, tmp_path)
    assert recorded(tmp_path)["argv"][:4] == [
        "pull",
        "oci://registry.corp/charts/harbor",
        "--version",
        "1.19.2",
    ]


@pytest.mark.parametrize("take", [False, True])
async def test_fields_are_taken_only_when_told(script: Script, tmp_path: Path, take: bool) -> None:
    helm = Helm(environ=script(RECORD + "sys.exit(1)"))
    with pytest.raises(HelmFailed):
        await helm.upgrade(request(), take_fields=take, log=print)
    argv = recorded(tmp_path)["argv"]
    assert ("--force-conflicts" in argv) == take
    assert "--server-side=true" in argv
    assert not [one for one in argv if one.startswith(("--wait", "--take-ownership"))]


async def test_lines_arrive_while_helm_works_and_without_control_sequences(
    script: Script, tmp_path: Path
) -> None:
    answer = tmp_path / "answer"
    os.mkfifo(answer)
    body = (
        r'sys.stderr.write("\x1b[31mworking\x1b[0m\x07 on it\r\n")'
        "\nsys.stderr.flush()\nopen(FOLDER + '/answer').read()\n"
        r'sys.stderr.write("x" * 200000 + "\nlast")'
    )
    lines: list[str] = []

    def log(line: str) -> None:
        lines.append(line)
        if line == "working on it":
            answer.write_text("go on")  # only now does the program end

    await asyncio.wait_for(
        Helm(environ=script(body)).rollback("harbor", "registry", 1, log), timeout=WAIT
    )
    assert lines == ["working on it", "x" * 200000, "last"]


async def test_stdout_is_never_logged(script: Script) -> None:
    lines: list[str] = []
    body = f"print('password: {SECRET}'); sys.stderr.write('Error: no\\n'); sys.exit(1)"
    with pytest.raises(HelmFailed) as caught:
        await Helm(environ=script(body)).uninstall("harbor", "registry", lines.append)
    assert lines == ["Error: no"]
    assert SECRET not in str(caught.value)


STUBBORN = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "600"])  # it inherits the ignored signal
sys.stderr.write(f"{os.getpid()} {child.pid}\\n")
sys.stderr.flush()
time.sleep(600)
"""
OBEDIENT = """
child = subprocess.Popen(["sleep", "600"])
sys.stderr.write(f"{os.getpid()} {child.pid}\\n")
sys.stderr.flush()
time.sleep(600)
"""
FORGETFUL = """
child = subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
sys.stderr.write(f"{os.getpid()} {child.pid}\\n")
"""


class Started:
    """Learns the ids of a script's processes from its first line."""

    def __init__(self) -> None:
        self.pids: list[int] = []
        self.told = asyncio.Event()

    def __call__(self, line: str) -> None:
        self.pids = [int(one) for one in line.split()]
        self.told.set()

    def all_gone(self) -> bool:
        """Whether none is left; a killed orphan takes a moment until init buries it."""
        assert len(self.pids) == 2
        poll("processes", lambda: not any(living(one) for one in self.pids), WAIT)
        return True


def living(pid: int) -> bool:
    """Whether a process runs: one that is dead but unburied does not."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.parametrize("body", [OBEDIENT, STUBBORN], ids=["obedient", "stubborn"])
async def test_cancelling_leaves_no_process(
    script: Script, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    monkeypatch.setattr(process, "GRACE", 0.2)
    started = Started()
    helm = Helm(environ=script(body))
    run = asyncio.create_task(helm.upgrade(request(), take_fields=False, log=started))
    await asyncio.wait_for(started.told.wait(), timeout=WAIT)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert started.all_gone()


async def test_cancelling_twice_cuts_the_grace_short(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    def killpg(group: int, number: int, send: Callable[[int, int], None] = os.killpg) -> None:
        send(group, number)
        asked.set()

    monkeypatch.setattr(os, "killpg", killpg)
    started = Started()
    helm = Helm(environ=script(STUBBORN))
    run = asyncio.create_task(helm.upgrade(request(), take_fields=False, log=started))
    await asyncio.wait_for(started.told.wait(), timeout=WAIT)
    begin = time.monotonic()
    run.cancel()
    await asyncio.wait_for(asked.wait(), timeout=WAIT)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert started.all_gone()
    assert time.monotonic() - begin < process.GRACE / 2


async def test_a_deadline_stops_helm_and_is_told_as_such(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "GRACE", 0.2)
    started = Started()
    helm = Helm(environ=script(STUBBORN), deadline=1.0)
    with pytest.raises(HelmFailed, match="Helm could not uninstall") as caught:
        await helm.uninstall("harbor", "registry", started)
    assert caught.value.kind == "deadline"
    assert "after 1 s" in caught.value.why
    assert started.all_gone()


async def test_a_helm_that_somebody_kills_is_told_as_such(script: Script) -> None:
    helm = Helm(environ=script("os.kill(os.getpid(), signal.SIGKILL)"))
    with pytest.raises(HelmFailed, match="could not roll release") as caught:
        await helm.rollback("harbor", "registry", 1, lambda line: None)
    assert caught.value.kind == "killed"
    assert caught.value.why == "its process was ended by SIGKILL"
    assert "same command" in caught.value.fix


async def test_helpers_that_helm_forgets_are_ended_too(script: Script) -> None:
    started = Started()
    await Helm(environ=script(FORGETFUL)).uninstall("harbor", "registry", started)
    assert started.all_gone()


async def test_a_program_that_reads_nothing_is_no_broken_pipe(script: Script) -> None:
    body = (
        "os.close(0); sys.stderr.write('Error: another operation is in progress\\n'); sys.exit(1)"
    )
    with pytest.raises(HelmFailed) as caught:
        await Helm(environ=script(body)).upgrade(
            request(large="x" * 1_000_000), take_fields=False, log=print
        )
    assert caught.value.kind == "pending"


async def test_helm_3_is_refused_before_anything_is_asked_of_it(
    script: Script, tmp_path: Path
) -> None:
    environ = script(RECORD, version="v3.22.0")
    with pytest.raises(CheckFailed, match="too old"):
        await Helm(environ=environ).render(request(), None)
    assert not (tmp_path / "record.json").exists()


async def test_a_program_of_another_machine_is_told_as_such(tmp_path: Path) -> None:
    program = tmp_path / "helm"
    program.write_bytes(b"\x7fELF not really")
    program.chmod(0o755)
    with pytest.raises(CheckFailed, match="Helm cannot be run") as caught:
        await Helm(environ={"WIZARD_HELM": str(program)}).version()
    assert "format" in caught.value.why
