"""The one way from this server to a URL that somebody else chose: HTTPS, to public addresses only.

The name is resolved once and that address is the one connected to, so that a second answer of the name server cannot
lead inside. No redirects, 5 seconds, 1 MB."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

SECONDS = 5.0
MOST_BYTES = 1024 * 1024
PORTS = (443, 8443)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]


class CannotFetch(Exception):
    """The URL may not be fetched, or did not answer; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Fetched:
    body: bytes
    cache_control: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be fetched, and how long and how much of it. `resolve`: (name, port) -> numeric addresses."""

    ports: tuple[int, ...] = PORTS
    seconds: float = SECONDS
    most_bytes: int = MOST_BYTES
    allowed: Callable[[Address], bool] = lambda address: is_public(address)
    resolve: Resolve = lambda name, port: resolved(name, port)
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context


def fetch(url: str, rules: Rules = Rules()) -> Fetched:
    """The answer to GET. Raises CannotFetch."""
    host, port, path = target(url, rules)
    tls = rules.tls()
    connection = http.client.HTTPSConnection(host, port, timeout=rules.seconds, context=tls)
    try:
        with _cut_off(plain := _connected(host, port, rules), rules.seconds):
            connection.sock = tls.wrap_socket(plain, server_hostname=host)
            connection.request("GET", path, headers={"Accept": "application/json", "User-Agent": "rsud-fhir"})
            return _read(connection, rules)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CannotFetch(f"{host} did not answer as it should ({type(error).__name__}).") from error
    finally:
        connection.close()


def target(url: str, rules: Rules) -> tuple[str, int, str]:
    """(host, port, path with query). Raises CannotFetch where the URL itself is refused."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as error:
        raise CannotFetch("This is no URL.") from error
    plain = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or not plain:
        raise CannotFetch("A URL must be https:// without a user name.")
    if port not in rules.ports:
        raise CannotFetch(f"The port must be one of {', '.join(map(str, rules.ports))}.")
    path = parts.path or "/"
    return parts.hostname, port, f"{path}?{parts.query}" if parts.query else path


def is_public(address: Address) -> bool:
    """Whether an address is of the public internet: not of this machine, of a hospital's network, of a cloud's own
    services; and an IPv6 address that carries an IPv4 one only if that is."""
    inner = None
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def resolved(name: str, port: int) -> list[str]:
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return [str(row[4][0]) for row in found]


def _connected(host: str, port: int, rules: Rules) -> socket.socket:
    """A connection to the first address of the host, where all of them are allowed."""
    addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in rules.resolve(host, port)]
    if not addresses or not all(map(rules.allowed, addresses)):
        raise CannotFetch(f"{host} is not on the public internet.")
    return socket.create_connection((str(addresses[0]), port), timeout=rules.seconds)


@contextmanager
def _cut_off(plain: socket.socket, seconds: float) -> Iterator[None]:
    """End the connection after the time, however slowly the other side goes on: a timeout is for each read alone."""
    handle, late = plain.dup(), threading.Event()

    def end() -> None:
        late.set()
        with suppress(OSError):  # the other side has left meanwhile
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        handle.close()
    if late.is_set():
        raise TimeoutError


def _read(connection: http.client.HTTPSConnection, rules: Rules) -> Fetched:
    response = connection.getresponse()
    if response.status != 200:
        raise CannotFetch(f"The answer was {response.status}; redirects are not followed.")
    body = response.read(rules.most_bytes + 1)
    if len(body) > rules.most_bytes:
        raise CannotFetch(f"The answer is larger than {rules.most_bytes} bytes.")
    if response.length:
        raise CannotFetch("The answer broke off.")
    return Fetched(body, response.headers.get("Cache-Control", ""))
