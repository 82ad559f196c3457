"""A system of the bench's own: it is registered, and gets its token where every system gets one."""

from __future__ import annotations

import http.client
import json
import time
from array import array
from base64 import b64encode
from contextlib import closing
from dataclasses import dataclass

from auth.issuer import Issuer
from auth.registration import register
from auth.storage.database import connected

SCOPE = "system/*.cruds"
FORM = "grant_type=client_credentials&scope=system%2F*.cruds"


class NoToken(Exception):
    """The server gave none; the text is its answer."""


@dataclass(frozen=True)
class System:
    """A registered client, with its secret."""

    client_id: str
    secret: str


def registered(uri: str, database: str) -> System:
    """A new client in this database."""
    with connected(uri, database) as documents:
        metadata = {
            "client_name": "bench",
            "grant_types": ["client_credentials"],
            "scope": SCOPE,
            "token_endpoint_auth_method": "client_secret_basic",
        }
        client, secret = register(Issuer("http://127.0.0.1", "http://127.0.0.1/fhir", documents), metadata)
        assert secret is not None
        return System(client.client_id, secret)


def token(port: int, system: System) -> str:
    """An access token. Raises NoToken."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        return _token(connection, system)


def tokens(port: int, system: System, seconds: float) -> array[float]:
    """How long each of many tokens took, one after the other on one connection, in seconds. Raises NoToken."""
    latencies, deadline = array("d"), time.perf_counter() + seconds
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        while (began := time.perf_counter()) < deadline:
            _token(connection, system)
            latencies.append(time.perf_counter() - began)
    return latencies


def _token(connection: http.client.HTTPConnection, system: System) -> str:
    proof = b64encode(f"{system.client_id}:{system.secret}".encode()).decode()
    headers = {"Authorization": f"Basic {proof}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/auth/token", FORM, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise NoToken(f"{answer.status} {content[:500].decode(errors='replace')}")
    return str(json.loads(content)["access_token"])
