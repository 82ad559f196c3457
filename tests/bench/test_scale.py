"""The bench grows an archive, asks its questions of a real server and prints the table. Speed is not asserted."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def bench(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "bench.scale", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_an_archive_grows_and_is_asked_at_each_size(tmp_path: Path) -> None:
    done = bench(
        "--sizes", "60", "30", "--seconds", "0.2", "--only", "NIK", "seen", "--json", "--folder", str(tmp_path)
    )
    assert done.returncode == 0, done.stderr
    assert "storing 30 of 30 patients" in done.stderr
    told = json.loads(done.stdout)
    assert list(told) == ["NIK", "chain: visits by NIK", "_has: seen on a day", "_has: seen in a clinic"]
    for question in told.values():
        assert list(question["sizes"]) == ["30", "60"]
        for figures in question["sizes"].values():
            assert figures["requests"] > 0
            assert figures["scans"] is False
            assert figures["found"] > 0
    again = bench("--sizes", "60", "--seconds", "0.2", "--only", "no. RM", "--folder", str(tmp_path))
    assert again.returncode == 0, again.stderr
    assert "storing" not in again.stderr
    assert again.stdout.splitlines()[1].startswith("no. RM ")
    smaller = bench("--sizes", "30", "--folder", str(tmp_path))
    assert (smaller.returncode, smaller.stderr) == (2, "bench: the archive has 60 patients already\n")


def test_too_few_pages_are_told() -> None:
    done = bench("--sizes", "5", "--seconds", "0.2", "--only", "1,000")
    assert done.returncode == 2
    assert "by date, page 1,000: there are fewer pages" in done.stderr


def test_an_unknown_question_is_refused() -> None:
    done = bench("--only", "nonsense")
    assert done.returncode == 2
    assert "nonsense" in done.stderr
