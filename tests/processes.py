"""Starting the real `rsud` in a folder of its own, and seeing every process that lives there."""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fhir_server.store.mongod import find_program

ROOT = Path(__file__).resolve().parents[1]
STAND_IN = ROOT / "tests" / "stand_in"


@dataclass(frozen=True)
class Server:
    """An `rsud serve` that answers."""

    process: subprocess.Popen[str]
    port: int

    def get(self, path: str = "/") -> Any:
        """The JSON at a path."""
        return _get(self.port, path)

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        """Signal the whole process group, as a terminal does: exit status, standard output, standard error."""
        os.killpg(self.process.pid, number)
        output, errors = self.process.communicate(timeout=30)
        return self.process.returncode, output, errors


def start(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """`rsud` with the stand-in application, in a session and a working folder of its own."""
    variables = {"PYTHONPATH": f"{STAND_IN}:{ROOT}", "RSUD_MONGOD": str(find_program()), **environment}
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *arguments],
        cwd=folder,
        env={name: value for name, value in variables.items() if value},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """Run `rsud` to its end: exit status, standard output, standard error."""
    process = start(folder, *arguments, **environment)
    try:
        output, errors = process.communicate(timeout=60)
    finally:
        _kill(process)
    return process.returncode, output, errors


@contextmanager
def serving(folder: Path, *arguments: str, **environment: str) -> Iterator[Server]:
    """`rsud serve` on a free port, from its first answer on."""
    port = free_port()
    process = start(folder, "serve", "--port", str(port), *arguments, **environment)
    try:
        wait_until(lambda: process.poll() is not None or _answers(port))
        assert process.poll() is None, process.communicate()
        yield Server(process, port)
    finally:
        _kill(process)


def free_port() -> int:
    """A TCP port of the loopback address that nothing listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def living_in(folder: Path) -> list[str]:
    """The command lines of the processes whose working folder is this one or lies in it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                inside = (entry / "cwd").readlink().is_relative_to(folder)
                command = (entry / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            if inside and command:
                found.append(command)
    return found


def wait_until(condition: Any, *, seconds: float = 20) -> None:
    """Return as soon as the condition holds; fail when it does not within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def keep_out_of_garbage_collection() -> None:
    """Whatever is there by now stays until the end of the run, as the official examples do: a collection that goes
    through these stops all that runs in this process for a second."""
    gc.collect()
    gc.freeze()


def _get(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
        return json.load(response)


def _answers(port: int) -> bool:
    try:
        _get(port, "/")
    except OSError:
        return False
    return True


def _kill(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
