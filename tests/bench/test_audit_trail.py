"""The bench stores a journal, has the real command verify it and prints a line. Speed is not asserted."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_small_journal_is_verified() -> None:
    command = [sys.executable, "-m", "bench.audit_trail", "--events", "200", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["events"], told["blocks"]) == (200, 12)
    assert min(told["seconds"], told["megabytes"], told["database_megabytes"]) > 0
