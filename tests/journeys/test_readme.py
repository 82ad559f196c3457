"""The README does what it promises: its curl examples run, in order, and its settings table is the settings'."""

from __future__ import annotations

import re
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import settings
from tests import processes

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
EXPECTED = (
    '"text": "Siti ',
    '"reference": "Patient/pasien-000001"',
    " 201 Created",
    '"versionId":"1"',
    '"value":"+62840000000"',
    '"total": 2',
    '"transaction-response"',
    " 206 Partial Content",
    "Patient.colour",
    '"unit": "menit"',
    "sama persis",
)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """What `make serve` starts, with fewer patients."""
    port, folder = processes.free_port(), tmp_path_factory.mktemp("readme")
    arguments = ("serve", "--demo", "--open", "--port", str(port))
    started = processes.start(folder, *arguments, PYTHONPATH=str(ROOT), RSUD_DEMO_PATIENTS="40")
    try:
        processes.wait_until(lambda: started.poll() is not None or is_ready(port), seconds=120)
        yield port
    finally:
        started.terminate()
        started.communicate(timeout=30)


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def test_the_examples(port: int, tmp_path: Path) -> None:
    assert len(EXAMPLES) == len(EXPECTED)
    for example, expected in zip(EXAMPLES, EXPECTED, strict=True):
        command = example.replace("127.0.0.1:8080", f"127.0.0.1:{port}").replace("curl ", "curl -sS --fail-with-body ")
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, cwd=tmp_path)
        assert done.returncode == 0, (example, done.stdout, done.stderr)
        assert expected in done.stdout, example


def test_the_settings_table() -> None:
    _, _, rest = README.partition("<!-- settings: python -m settings -->\n")
    assert rest.partition("\n<!-- end of settings -->")[0] == settings.table()


def test_every_command_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"`make ([a-z]+)`", README)
    assert targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []
