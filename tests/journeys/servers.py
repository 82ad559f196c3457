"""Server processes as `rsud serve` starts them, on free loopback ports, over one database."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from settings import Settings
from tests.processes import ROOT, free_port, start, wait_until


@dataclass(frozen=True)
class Running:
    """`url`: its FHIR base, with a slash at the end."""

    process: subprocess.Popen[str]
    url: str
    port: int

    def kill(self) -> None:
        """As the kernel does when memory runs out: nothing is tidied up."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def signing_in(folder: Path, settings: Settings, hospital: str) -> Running:
    """One server process with sign-in, from its first answer on; whoever starts it kills it. `hospital`: its name."""
    assert settings.mongodb_uri is not None
    variables = {
        "PYTHONPATH": str(ROOT),
        "RSUD_MONGODB_URI": settings.mongodb_uri.get_secret_value(),
        "RSUD_MONGODB_DATABASE": settings.mongodb_database,
        "RSUD_HOSPITAL_NAME": hospital,
        "RSUD_RATE_PER_ADDRESS": "0",
    }
    process = start(folder, "serve", "--port", str(settings.port), **variables)
    wait_until(lambda: process.poll() is not None or _is_ready(settings.port))
    assert process.poll() is None, process.communicate()
    return Running(process, settings.root_url, settings.port)


@contextmanager
def running(folder: Path, uri: str, database: str, *, port: int = 0, **more: str) -> Iterator[Running]:
    """One open server process, from its first answer on. `port`: of one that was there before, else a free one."""
    port = port or free_port()
    variables = {"PYTHONPATH": str(ROOT), "RSUD_MONGODB_URI": uri, "RSUD_MONGODB_DATABASE": database}
    environment = {**variables, "RSUD_AUDIT_EVENTS": "false", **more}
    base = {"RSUD_BASE_URL": "http://test/fhir"}
    process = start(folder, "serve", "--open", "--port", str(port), **{**base, **environment})
    found = Running(process, f"http://127.0.0.1:{port}/fhir/", port)
    try:
        wait_until(lambda: process.poll() is not None or _is_ready(port))
        assert process.poll() is None, process.communicate()
        yield found
    finally:
        found.kill()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
