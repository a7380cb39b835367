"""Runs the command line in this process and notes what it took itself, its children left out.

`python -m tests.bench.measured FILE ARGUMENT…` behaves as `wizard ARGUMENT…`.
"""

import json
import os
import resource
import sys
from pathlib import Path

from wizard.cli import main

file = Path(sys.argv.pop(1))
sys.argv[0] = "wizard"
try:
    main()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    from tests.bench.measuring import peak_memory  # after what it takes was looked at

    taken = {"cpu": used.ru_utime + used.ru_stime, "memory": peak_memory(os.getpid())}
    file.write_text(json.dumps(taken))
