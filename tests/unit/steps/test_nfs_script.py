"""The script that is run on an export: by real shells here, and what its answers mean."""

import os
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from wizard.steps.nfs_script import SCRIPT, Answers, answers, troubles

SHELLS = [shell for shell in ("bash", "dash") if shutil.which(shell)]
GOOD = {
    "user": "999",
    "write": "ok",
    "owner": "999",
    "chmod": "ok",
    "chown": "ok",
    "flock": "ok",
    "fsync_us": "1500",
    "free_kib": "104857600",
}
NEEDED = Decimal(10 * 1024**3)


@pytest.mark.parametrize("shell", SHELLS)
def test_real_shells_answer_everything_and_leave_nothing(tmp_path: Path, shell: str) -> None:
    script = SCRIPT.replace("cd /probe", f"cd {tmp_path}")
    said = subprocess.run([shell, "-c", script], capture_output=True, text=True, check=True).stdout
    found = answers(said.splitlines())
    assert found.told.keys() == GOOD.keys()
    assert found.user == str(os.getuid())
    assert list(troubles(found, database=False, needed=Decimal(1))) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_a_folder_that_cannot_be_written_is_told_with_the_shells_words(
    tmp_path: Path, shell: str
) -> None:
    script = SCRIPT.replace("cd /probe", "cd /proc/self/fd")
    ended = subprocess.run(
        [shell, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    (trouble,) = troubles(answers(ended.stdout.splitlines()), database=True, needed=NEEDED)
    assert trouble.fatal
    assert "cannot write" in trouble.what
    assert "harbor-wizard." in trouble.why
    assert "no_root_squash" in trouble.fix


@pytest.mark.parametrize(
    ("told", "what", "fatal"),
    [
        ({"owner": "65534"}, "belongs to user 65534", True),
        ({"chmod": "failed"}, "change the mode", True),
        ({"chown": "failed"}, "keep the owner", True),
        ({"flock": "failed"}, "cannot be locked", False),
        ({"fsync_us": "48200"}, "48.2 ms", False),
        ({"free_kib": "1048576"}, "1.0 GiB are free", False),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_answer_that_is_bad_has_a_cause_and_a_fix(
    told: dict[str, str], what: str, fatal: bool
) -> None:
    (trouble,) = troubles(Answers({**GOOD, **told}), database=True, needed=NEEDED)
    assert what in trouble.what
    assert trouble.why
    assert trouble.fix
    assert trouble.fatal == fatal


def test_what_only_a_database_minds_is_less_for_the_others() -> None:
    told = {**GOOD, "owner": "65534", "fsync_us": "48200"}
    (trouble,) = troubles(Answers(told), database=False, needed=NEEDED)
    assert not trouble.fatal
    assert "belongs to" in trouble.what
