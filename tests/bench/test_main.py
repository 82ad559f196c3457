"""The bench starts its servers, loads them and prints the table. How fast they are is not asserted."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TINY = ("--patients", "60", "--seconds", "0.3", "--connections", "4")


def bench(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_a_tiny_load_prints_a_row_for_each_measure() -> None:
    done = bench(*TINY)
    assert done.returncode == 0, done.stderr
    head, *rows = done.stdout.splitlines()
    assert head.split()[:3] == ["floor/s", "server/s", "ratio"]
    assert [row.split("  ")[0] for row in rows[:-6]] == [
        "read",
        "search identifier",
        "search family name",
        "search patient+code+date",
        "create",
        "transaction of 10",
    ]
    assert rows[-5].startswith("read, a floor with a journal: ")
    assert rows[-4].startswith("create, a floor with a journal: ")
    assert rows[-3].startswith("a token: p50 ")
    assert rows[-1].startswith("peak memory: floor ")


def test_an_unknown_measure_is_refused() -> None:
    done = bench("--only", "nonsense")
    assert done.returncode == 2
    assert "nonsense" in done.stderr
