"""The two servers under load, each a process of its own, and what they use: CPU and memory as Linux counts them."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fhir_server.store.mongod import end_with_parent
from settings import Settings, load

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0
TICKS = os.sysconf("SC_CLK_TCK")


class NotServing(Exception):
    """A server ended, or did not answer in time."""


@dataclass(frozen=True)
class Server:
    """A server that answers; `token`: what requests to it carry, where it asks for one."""

    name: str
    pid: int
    port: int
    token: str | None = None


@contextmanager
def server(uri: str, database: str, *, is_open: bool = False) -> Iterator[Server]:
    """`rsud serve` as it is, without limits of how often somebody may ask."""
    port = free_port()
    configured = settings(uri, database).model_copy(update={"port": port, "open": is_open})
    command = [sys.executable, "-m", "cli", "serve"]
    with _running("server", command, port, configured.to_environment()) as found:
        yield found


@contextmanager
def floor(uri: str, database: str, *, told: bool = False) -> Iterator[Server]:
    """`told`: the one that tells a journal too."""
    port, name = free_port(), "told" if told else "floor"
    command = [sys.executable, "-m", f"bench.{name}", "--port", str(port), "--uri", uri, "--database", database]
    with _running(name, command, port, {}) as found:
        yield found


def settings(uri: str, database: str) -> Settings:
    return load(
        mongodb_uri=uri,
        mongodb_database=database,
        open=True,
        host="127.0.0.1",
        workers=1,
        rate_per_token=0,
        rate_per_address=0,
        verify_per_address=0,
    )


@contextmanager
def _running(name: str, command: Sequence[str], port: int, environment: dict[str, str]) -> Iterator[Server]:
    process = subprocess.Popen(  # noqa: S603 - our own programs
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=partial(end_with_parent, os.getpid(), signal.SIGTERM),
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise NotServing(f"the {name} did not start (its messages stand above)")
            time.sleep(0.05)
        yield Server(name, process.pid, port)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def stopped(servers: Iterable[Server]) -> Iterator[None]:
    """They do nothing meanwhile, not even what a server does when nobody asks: another one is measured."""
    pids = [pid for one in servers for pid in _family(one.pid)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds(pid: int) -> float:
    """The processor time of a process and its descendants so far; 0 where unknown."""
    seconds = 0.0
    for one in _family(pid):
        fields = _read(one, "stat").rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0
    return seconds


def peak_megabytes(pid: int) -> float:
    """The most memory that a process and its descendants held, each at its own time; 0 where unknown."""
    kilobytes = 0
    for one in _family(pid):
        line = next((line for line in _read(one, "status").splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
        kilobytes += int(line.split()[1])
    return kilobytes / 1024


def _family(pid: int) -> list[int]:
    family = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        family += [one for child in _text(task).split() for one in _family(int(child))]
    return family


def _read(pid: int, file: str) -> str:
    return _text(Path(f"/proc/{pid}/{file}"))


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _answers(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
