"""Asking a server something that it must refuse, and judging how it does."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from pymongo import MongoClient

from tests.journeys.bundles import Json, patient
from tests.journeys.servers import Running, running

DATABASE = "test_hostile"
BOUND_SECONDS = 2.0
LEAKS = ("Traceback", 'File "', ".py", "pymongo", "MongoServerError", "bson.")
FHIR = {"Content-Type": "application/fhir+json", "Accept-Language": "en"}
XML = {"Content-Type": "application/fhir+xml", "Accept-Language": "en"}
JSON_PATCH = {"Content-Type": "application/json-patch+json", "Accept-Language": "en"}
slowest: dict[float, str] = {}

Case = tuple[str, str, Any, dict[str, str]]


@contextmanager
def besieged(folder: Path, uri: str) -> Iterator[Running]:
    """A server process with one Patient, `ada`; afterwards it tells the slowest answers."""
    with running(folder, uri, DATABASE) as found:
        httpx.put(f"{found.url}Patient/ada", json=patient("ada", id="ada"), trust_env=False, timeout=20)
        yield found
    with MongoClient[Json](uri) as client:
        client.drop_database(DATABASE)
    for seconds, name in sorted(slowest.items())[-5:]:
        print(f"slowest: {seconds * 1000:.0f} ms {name}")


def judged(name: str, answer: httpx.Response, seconds: float, allowed: tuple[int, ...] = ()) -> None:
    slowest[seconds] = name
    assert 400 <= answer.status_code < 500 or answer.status_code in allowed, (
        name,
        answer.status_code,
        answer.text[:400],
    )
    assert not any(leak in answer.text for leak in LEAKS), answer.text[:400]
    if answer.status_code >= 400:
        assert answer.json()["resourceType"] == "OperationOutcome", answer.text[:400]
        assert len(answer.content) < 20_000
    assert seconds < BOUND_SECONDS, (name, seconds)


async def ask(client: httpx.AsyncClient, case: Case, allowed: tuple[int, ...] = ()) -> httpx.Response:
    method, url, body, headers = case
    content = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    start = time.perf_counter()
    answer = await client.request(method, url, content=content, headers=headers)
    judged(f"{method} {url[:60]} {str(body)[:60]}", answer, time.perf_counter() - start, allowed)
    return answer
