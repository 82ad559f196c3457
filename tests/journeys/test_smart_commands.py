"""docs/apps.md and the README's accounts do what they promise: their commands run, in order, beside a running server
with sign-in, and people do in a browser what the text says of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests import processes
from tests.journeys.terminal import Terminal, Visitor
from tests.journeys.test_readme import is_ready

ROOT = Path(__file__).parents[2]
WORDS = (ROOT / "docs" / "apps.md").read_text(), (ROOT / "README.md").read_text().partition("\n## Accounts\n")[2]
APPS, README = (re.findall(r"^```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL) for text in WORDS)
ACCOUNTS, EMERGENCY, LEAVING, POLICY = README
LAUNCHING = [block for block in APPS if re.search("server=|Buku kesehatan|code_challenge|code_verifier", block)]
OF_PATIENTS = "launch/patient openid fhirUser offline_access patient/*.rs"
EXPECTED = (
    '"resourceType":"Bundle"',
    '"scope":"system/Patient.rs"',
    '"id":"contoh"',
    '"client_name":"Aplikasi lain"',
    '"active":true',
    '"client_name": "Buku kesehatan"',
    '"removed": true',
    '"signs": true',
)
CONTOH = {"resourceType": "Patient", "id": "contoh", "name": [{"text": "Contoh Pasien"}], "birthDate": "1990-01-31"}
PASSWORD = "jerapah menari di atas kompor"


@contextmanager
def served(folder: Path, port: int, *arguments: str) -> Iterator[list[str]]:
    """`rsud serve` in this folder; at the end the list has what it said on standard error."""
    errors: list[str] = []
    started = processes.start(folder, "serve", "--port", str(port), *arguments, PYTHONPATH=str(ROOT))
    try:
        processes.wait_until(lambda: started.poll() is not None or is_ready(port), seconds=60)
        yield errors
    finally:
        started.terminate()
        errors.append(started.communicate(timeout=30)[1])


@pytest.fixture
def port(tmp_path: Path) -> int:
    """Of a server to be started in a folder where the README's patient is in the record."""
    port = processes.free_port()
    with served(tmp_path, port, "--open"):
        done = httpx.put(f"http://127.0.0.1:{port}/fhir/Patient/contoh", json=CONTOH, trust_env=False)
        assert done.status_code == 201, done.text
    return port


async def test_the_commands(tmp_path: Path, port: int) -> None:
    terminal = Terminal(tmp_path, port)
    doctor, patient = Visitor(port, "dr.rahmawati", PASSWORD), Visitor(port, "contoh.pasien", PASSWORD)
    with served(tmp_path, port) as errors:
        made = await terminal.run([ACCOUNTS])
        assert [row["username"] for row in made.rows("username")] == [doctor.username] * 2
        (printed,) = made.rows("code")
        await patient.makes_account(printed["code"])
        ran = await terminal.run(APPS, patient)
        assert [text for text in EXPECTED if text not in ran.output] == []
        token = await staff_token(terminal, doctor)
        assert read(port, token) == 404
        opened = await terminal.run([EMERGENCY], token=token)
        assert [text for text in ('"valueInstant"', '"id":"contoh"') if text not in opened.output] == []
        assert read(port, token) == 404
        left = await terminal.run([LEAVING, POLICY])
        assert [len(left.rows(name)) for name in ("code", "disabled")] == [1, 1]
        assert "perawat (patients: present" in left.output
        processes.wait_until(lambda: read(port, token) == 401, seconds=10)
    told = re.findall(r'"(?:client_secret|access_token|code)": ?"([^"]+)"', made.output + ran.output + left.output)
    assert len(told) == 3
    assert [text for text in (*told, token) if text in errors[0]] == []


async def staff_token(terminal: Terminal, doctor: Visitor) -> str:
    """What the commands for apps give where the app is for staff."""
    await terminal.run([block.replace(OF_PATIENTS, "openid user/*.rs") for block in LAUNCHING], doctor)
    return str(json.loads((terminal.folder / "token.json").read_text())["access_token"])


def read(port: int, token: str) -> int:
    """The status."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"http://127.0.0.1:{port}/fhir/Patient/contoh", headers=headers, trust_env=False).status_code
