"""A web server with TLS on this machine, for what fetches from elsewhere: it answers as it is told."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "keys.example"
Answer = Callable[[ssl.SSLSocket, bytes], None]
"""Given the connection and what was asked on it."""


def says(text: bytes, status: str = "200 OK", *headers: str) -> Answer:
    def answer(connection: ssl.SSLSocket, _: bytes) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(text)}", "Connection: close", *headers]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + text)

    return answer


def drips(first: bytes, again: bytes, pause: float) -> Answer:
    """Goes on for ever, a little at a time."""

    def answer(connection: ssl.SSLSocket, asked: bytes) -> None:
        connection.sendall(first)
        for _ in range(1000):
            connection.sendall(again)
            time.sleep(pause)

    return answer


@cache
def certificate() -> tuple[bytes, bytes]:
    """(certificate, private key) of NAME as PEM, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), private


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cadata=certificate()[0].decode())


@contextmanager
def serving(answer: Answer) -> Iterator[int]:
    """The port of a server that answers one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        thread = threading.Thread(target=_serve, args=(listening, answer), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.close()
        thread.join(15)


def _serve(listening: socket.socket, answer: Answer) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        for name, content in zip(("certificate", "key"), certificate(), strict=True):
            (Path(folder) / name).write_bytes(content)
        context.load_cert_chain(Path(folder) / "certificate", Path(folder) / "key")
    try:
        plain, _ = listening.accept()
        with plain, context.wrap_socket(plain, server_side=True) as connection:
            answer(connection, connection.recv(65536))
    except OSError:
        return  # the other side has left, as some tests want it to
