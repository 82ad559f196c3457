"""Running the web server: granian's worker processes on one address, from a free port to an orderly stop."""

import errno
import gc
import http.client
import ipaddress
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels

from fhir_server.ending import ABOUT_TO_STOP
from fhir_server.store.mongod import end_with_parent
from settings import Settings

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECONDS_TO_FINISH_REQUESTS = 10
BACKLOG = 2048
MOST_OPEN = 8192
"""Requests of one process at a time: live streams are answered for hours, and others meanwhile."""


class CannotServe(Exception):
    """The server cannot listen as it was asked to; the text is one line that says what to do."""


@contextmanager
def signals_as_interrupts() -> Iterator[None]:
    """Let every signal that asks for a stop raise KeyboardInterrupt, so that everything is unwound in order."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def refuse_open_elsewhere(settings: Settings) -> None:
    """Raise CannotServe when a server without authentication would be reachable from other machines."""
    if settings.open and not _is_loopback(settings.host):
        raise CannotServe(
            f"--open (RSUD_OPEN) switches authentication off and is refused on {settings.host}: "
            "use --host 127.0.0.1, or leave --open out."
        )


def free_address(settings: Settings) -> str:
    """The numeric address to listen on; raises CannotServe when it is not ours or its port is taken."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise CannotServe(f"The host {settings.host} is unknown: choose another with --host or RSUD_HOST.") from None
    with closing(socket.socket(family, kind)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as problem:
            raise CannotServe(_why_not_bound(settings, problem)) from None
    return str(address[0])


def run(settings: Settings, address: str, database_lives: Callable[[], bool]) -> int:
    """Serve until a signal asks for a stop; 0 then, 1 when a worker process failed.

    Raises CannotServe when the database ended meanwhile."""
    _allow_open_files()
    server = Granian(
        "main:create_app",
        address=address,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.info if settings.log_level == "debug" else LogLevels.warning,
        backlog=BACKLOG,
        backpressure=MOST_OPEN,
        log_access=False,  # a query string may hold a patient's name
        workers_kill_timeout=SECONDS_TO_FINISH_REQUESTS,
        respawn_failed_workers=True,
    )
    server.on_startup(partial(_once_listening, server, settings, database_lives))
    try:
        server.serve(target_loader=partial(_load_app, settings, os.getpid()), wrap_loader=False)
    except SystemExit:
        # Whoever signals the whole process group stops the workers too, which the server takes for a failure of theirs.
        return 0 if server.interrupt_signal else 1
    if not database_lives():
        raise CannotServe(f"The embedded MongoDB ended; {settings.data_dir / 'mongod.log'} says why. Start rsud again.")
    return 0


def _allow_open_files() -> None:
    """As many as the system lets this user have: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _load_app(settings: Settings, parent: int) -> Any:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent(parent, signal.SIGKILL)
    # Ctrl-C reaches every process of the terminal; the parent alone answers it and stops its workers in order.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    import main as application

    app = application.create_app(settings)
    # What is loaded by now stays: the garbage collector need not walk through it again and again. A request makes some
    # thousand objects, nearly all of which are gone with it, without the collector.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    return app


def _once_listening(server: Any, settings: Settings, database_lives: Callable[[], bool]) -> None:
    for number in STOPPING:
        signal.signal(number, lambda *_: _stop(server))
    threading.Thread(target=_attend, args=(server, settings, database_lives), daemon=True).start()


def _attend(server: Any, settings: Settings, database_lives: Callable[[], bool]) -> None:
    while len(server.wrks) < settings.workers:
        time.sleep(0.05)
    announced = False
    while database_lives():
        if not announced and _responds(settings):
            print(_welcome(settings), flush=True)
            announced = True
        time.sleep(0.5 if announced else 0.05)
    _stop(server)


def _stop(server: Any) -> None:
    for worker in server.wrks:
        if worker.is_alive():
            os.kill(worker.inner.pid, ABOUT_TO_STOP)
    server.signal_handler_interrupt()


def _responds(settings: Settings) -> bool:
    address = settings.root_url.removeprefix("http://").rpartition(":")[0].strip("[]")
    with closing(http.client.HTTPConnection(address, settings.port, timeout=5)) as connection:
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False


def _welcome(settings: Settings) -> str:
    lines = [
        "rsud is serving; Ctrl-C stops it.",
        f"  Start page  {settings.root_url}/",
        f"  FHIR base   {settings.fhir_base}",
    ]
    if settings.open:
        lines.append("  OPEN: there is no sign-in; everyone on this machine may read and change everything.")
    return "\n".join(lines)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _why_not_bound(settings: Settings, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"Port {settings.port} is taken: stop what uses it, or choose another with --port or RSUD_PORT."
    if problem.errno in (errno.EACCES, errno.EPERM):
        return f"Port {settings.port} may not be used by this user: choose one above 1023 with --port or RSUD_PORT."
    return f"{settings.host} is not an address of this machine: choose another with --host or RSUD_HOST."
