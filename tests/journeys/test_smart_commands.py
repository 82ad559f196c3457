"""docs/apps.md does what it promises: its commands run, in order, beside a running server with sign-in."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests import processes
from tests.journeys.test_readme import is_ready

ROOT = Path(__file__).parents[2]
COMMANDS = re.findall(r"^```bash\n(.*?)^```", (ROOT / "docs" / "apps.md").read_text(), re.MULTILINE | re.DOTALL)
EXPECTED = (
    '"resourceType":"Bundle"',
    '"scope":"system/Patient.rs"',
    '"client_name":"Aplikasi lain"',
    '"active":true',
    '"client_name": "Buku kesehatan"',
    '"removed": true',
)


def test_the_commands(tmp_path: Path) -> None:
    port = processes.free_port()
    started = processes.start(tmp_path, "serve", "--port", str(port), PYTHONPATH=str(ROOT))
    try:
        processes.wait_until(lambda: started.poll() is not None or is_ready(port), seconds=60)
        done = run(tmp_path, port)
    finally:
        started.terminate()
        _, errors = started.communicate(timeout=30)
    assert done.returncode == 0, (done.stdout, done.stderr, errors)
    assert [text for text in EXPECTED if text not in done.stdout] == []
    told = re.findall(r'"(?:client_secret|access_token)": ?"([^"]+)"', done.stdout)
    assert told
    assert [text for text in told if text in errors] == []


def run(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    """All of them in one shell, `rsud` and `python3` being those of this environment."""
    rsud = f'rsud() {{ "{sys.executable}" -m cli "$@"; }}\npython3() {{ "{sys.executable}" "$@"; }}\n'
    script = f"set -euo pipefail\n{rsud}{''.join(COMMANDS)}".replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/local/bin:/usr/bin:/bin", "RSUD_PORT": str(port)}
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
