"""Large Binaries against a server process: memory stays bounded, what breaks off leaves nothing."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from fhir_server.store.contents import PENDING
from fhir_server.store.documents import now
from main import open_store
from tests.fhir_server.conftest import settings
from tests.journeys.bundles import Json
from tests.journeys.journal import events
from tests.journeys.raw_http import exchange
from tests.journeys.servers import Running, running
from tests.processes import wait_until

DATABASE = "test_binaries"
MEGABYTE = 1024**2
PIECE = random.Random(3).randbytes(MEGABYTE)
SIZE = 24 * MEGABYTE
MOST_GROWTH = 40 * MEGABYTE
PDF = {"Content-Type": "application/pdf"}


@pytest.fixture(scope="module")
def server(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("binaries"), mongodb_uri, DATABASE) as found:
        yield found


@pytest.fixture(scope="module")
def shared(mongodb_uri: str) -> Iterator[Database[Json]]:
    """The database of `server`."""
    with MongoClient[Json](mongodb_uri) as found:
        yield found[DATABASE]
        found.drop_database(DATABASE)


@pytest.fixture
async def client(server: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False) as found:
        yield found


def left(database: Database[Json]) -> tuple[int, int, int]:
    """Binaries, contents, chunks."""
    names = ("Binary", "contents.files", "contents.chunks")
    binaries, files, chunks = (database[name].count_documents({}) for name in names)
    return binaries, files, chunks


def peak(server: Running) -> int:
    """The most memory that one of the server's processes has had at a time, in bytes."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            group = (status.parent / "stat").read_text().rpartition(")")[2].split()[2]
        except OSError:
            continue
        if int(group) == server.process.pid and "VmHWM" in lines:
            found.append(int(lines["VmHWM"].split()[0]) * 1024)
    return max(found)


async def numbered(number: int) -> AsyncIterator[bytes]:
    """24 MB that differ by their number, without being in memory whole."""
    yield b"%PDF-1.7" + number.to_bytes(MEGABYTE - 8)
    for _ in range(SIZE // MEGABYTE - 1):
        yield PIECE


async def digest(pieces: AsyncIterator[bytes]) -> str:
    found = hashlib.sha256()
    async for piece in pieces:
        found.update(piece)
    return found.hexdigest()


async def as_json(number: int) -> AsyncIterator[bytes]:
    yield b'{"resourceType":"Binary","contentType":"application/pdf","data":"'
    left = b""
    async for piece in numbered(number):
        whole = len(left + piece) // 3 * 3
        yield base64.b64encode((left + piece)[:whole])
        left = (left + piece)[whole:]
    yield base64.b64encode(left) + b'"}'


async def round_trip(client: httpx.AsyncClient, number: int, *, is_json: bool) -> None:
    type = "application/fhir+json" if is_json else "application/pdf"
    content = as_json(number) if is_json else numbered(number)
    made = await client.post("Binary", content=content, headers={"Content-Type": type, "Prefer": "return=minimal"})
    assert made.status_code == 201, made.text
    id = made.headers["location"].split("/")[-3]
    accept = "application/fhir+json" if is_json else "*/*"
    async with client.stream("GET", f"Binary/{id}", headers={"Accept": accept}) as answer:
        assert answer.status_code == 200
        if is_json:
            found = json.loads(await answer.aread())
            assert hashlib.sha256(base64.b64decode(found["data"])).hexdigest() == await digest(numbered(number))
        else:
            assert await digest(answer.aiter_bytes()) == await digest(numbered(number))


async def test_24_megabytes_there_and_back_in_bounded_memory(client: httpx.AsyncClient, server: Running) -> None:
    """Four at a time, of which each would be 24 MB; as bytes, and as base64 in JSON, which would be 32 MB."""
    await client.post("Binary", content=b"%PDF-" + bytes(2 * MEGABYTE), headers=PDF)
    before = peak(server)
    await asyncio.gather(*(round_trip(client, number, is_json=False) for number in range(4)))
    await asyncio.gather(*(round_trip(client, number, is_json=True) for number in range(4, 6)))
    grown = peak(server) - before
    print(f"memory grew by {grown / MEGABYTE:.1f} MB from {before / MEGABYTE:.0f} MB")
    assert grown < MOST_GROWTH


async def test_who_sends_without_end_is_cut_off(server: Running, shared: Database[Json]) -> None:
    before = left(shared)
    head = "POST /fhir/Binary HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
    with pytest.raises(ConnectionError):
        await endless(writer)
    writer.close()
    assert left(shared) == before


async def endless(writer: asyncio.StreamWriter) -> None:
    """As much as a gigabyte."""
    for _ in range(1000):
        writer.write(b"100000\r\n" + PIECE + b"\r\n")
        await writer.drain()


@pytest.mark.parametrize("head", ["Content-Length: 25000000", "Transfer-Encoding: chunked"])
async def test_a_client_that_goes_away_leaves_nothing(server: Running, shared: Database[Json], head: str) -> None:
    before = left(shared)
    length, end = (b"%x\r\n" % len(PIECE), b"\r\n") if "chunked" in head else (b"", b"")
    first = f"POST /fhir/Binary HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n{head}\r\n\r\n".encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(first)
    for _ in range(5):
        writer.write(length + PIECE + end)
        await writer.drain()
    await asyncio.to_thread(wait_until, lambda: left(shared)[2] > before[2])
    writer.close()
    await asyncio.to_thread(wait_until, lambda: left(shared) == before)
    assert await reader.read() == b""


async def test_who_is_refused_is_told_so_while_it_sends(server: Running, shared: Database[Json]) -> None:
    before = left(shared)
    head = b"POST /fhir/Binary HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"
    for parts in (
        (head, b"Content-Length: 10000000000\r\n\r\n"),
        (head, b"Content-Length: 27000000\r\nExpect: 100-continue\r\n\r\n"),
        (head, b"Content-Length: 27000000\r\n\r\n", *([PIECE] * 25), PIECE[: 27_000_000 % MEGABYTE]),
        (head, b"Transfer-Encoding: chunked\r\n\r\n", *([b"100000\r\n" + PIECE + b"\r\n"] * 30), b"0\r\n\r\n"),
    ):
        answer = await exchange(server.port, parts, patience=10)
        assert answer.startswith(b"HTTP/1.1 413 "), answer[:300]
        assert b"OperationOutcome" in answer
    assert left(shared) == before


async def test_a_server_killed_before_the_commit_leaves_an_orphan_for_the_sweep(
    tmp_path: Path, database: Database[Json], mongodb_uri: str, database_name: str
) -> None:
    """The write is held up by another transaction that has its claim, after the content has come in whole."""
    key = hashlib.sha256(b"Binary?_id=tidak-ada").hexdigest()
    database["claims"].insert_one({"_id": key})
    headers = {**PDF, "If-None-Exist": "_id=tidak-ada"}
    with (
        running(tmp_path, mongodb_uri, database_name) as server,
        MongoClient[Json](mongodb_uri) as other,
        other.start_session() as session,
        session.start_transaction(),
    ):
        held = other[database_name]["claims"]
        held.update_one({"_id": key}, {"$set": {"held": True}}, session=session)
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            sending = asyncio.create_task(client.post(f"{server.url}Binary", content=b"%PDF-" + PIECE, headers=headers))
            whole = {"metadata.sha256": {"$exists": True}}
            await asyncio.to_thread(wait_until, lambda: database["contents.files"].count_documents(whole) == 1)
            server.kill()
            with pytest.raises(httpx.TransportError):
                await sending
        session.abort_transaction()
    assert left(database) == (0, 1, 5)
    async with open_store(settings(mongodb_uri, database_name)) as store:
        assert await store.contents.sweep(now()) == 0
        assert await store.contents.sweep(now() + 2 * PENDING) == 1
    assert left(database) == (0, 0, 0)


async def test_a_range_is_told_to_the_journal(client: httpx.AsyncClient, shared: Database[Json]) -> None:
    await client.put("Patient/a", json={"resourceType": "Patient", "id": "a"})
    headers = {**PDF, "X-Security-Context": "Patient/a"}
    made = await client.post("Binary", content=b"%PDF-" + PIECE, headers=headers)
    id, before = made.json()["id"], events(shared)
    answer = await client.get(f"Binary/{id}", headers={"Range": "bytes=0-4"})
    assert (answer.status_code, answer.content) == (206, b"%PDF-")
    (event,) = events(shared)[len(before) :]
    assert (event.what, event.path, event.patients, event.version) == ("read", f"Binary/{id}", ("a",), 1)
