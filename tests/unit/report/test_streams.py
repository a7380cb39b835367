"""What the streams do when nobody reads them, or when they cannot be written."""

import resource
import subprocess
import sys

import pytest

from tests.unit.run.sample import EVENTS
from wizard.errors import WizardError
from wizard.report import open_report
from wizard.run.redaction import Redactor

MANY_LINES = """
import sys
from tests.unit.run.sample import EVENTS
from wizard.report import open_report
from wizard.run.redaction import Redactor
report = open_report(sys.argv[1], sys.stdout, Redactor())
for _ in range(300):
    for event in EVENTS[2:9]:
        report.event(event)
report.close()
print("went on to the end", file=sys.stderr)
"""


@pytest.mark.parametrize("output", ["text", "jsonl"])
def test_a_reader_that_goes_away_stops_nothing(output):
    with subprocess.Popen(
        [sys.executable, "-c", MANY_LINES, output], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        told = process.stderr.read()
    assert (process.returncode, told) == (0, b"went on to the end\n")


def test_a_full_disk_is_told_at_the_end(tmp_path):
    path = tmp_path / "out.txt"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with path.open("w", encoding="utf-8") as stream:
        report = open_report("text", stream, Redactor())
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        try:
            for event in EVENTS:
                report.event(event)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        with pytest.raises(WizardError, match="incomplete") as failed:
            report.close()
    assert failed.value.where == str(path)


def test_text_that_the_stream_cannot_carry_is_escaped(tmp_path):
    path = tmp_path / "out.txt"
    with path.open("w", encoding="latin-1") as stream:
        open_report("text", stream, Redactor()).event(EVENTS[11])
    assert "na\\xefve" not in path.read_text(encoding="latin-1")
    assert "naïve" in path.read_text(encoding="latin-1")
    with path.open("w", encoding="ascii") as stream:
        open_report("text", stream, Redactor()).event(EVENTS[11])
    assert "na\\xefve" in path.read_text(encoding="ascii")
