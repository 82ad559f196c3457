"""Outside MongoDB servers of every wrong kind, each told apart in one line."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pymongo import MongoClient

from fhir_server.store import deployment, mongod
from tests.processes import free_port, wait_until

Client = MongoClient[dict[str, Any]]


@contextmanager
def _server(folder: Path, *arguments: str) -> Iterator[str]:
    (folder / "db").mkdir()
    path = folder / "m.sock"
    command = [str(mongod.find_program()), "--dbpath", "db", "--bind_ip", "./m.sock", "--nounixsocket", *arguments]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        wait_until(path.exists)
        yield quote(str(path), safe="")
    finally:
        process.terminate()
        process.wait(30)


def _refusal(uri: str) -> str:
    with pytest.raises(deployment.MongodbUnusable) as refused:
        deployment.check(uri, "rsud", timeout_ms=1500)
    assert "\n" not in str(refused.value)
    assert "s3cr3t" not in str(refused.value)
    return str(refused.value)


def test_a_replica_set_is_accepted(mongodb_uri: str) -> None:
    deployment.check(mongodb_uri, "rsud")


def test_a_standalone_server_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with _server(tmp_path) as host:
        assert "standalone" in _refusal(f"mongodb://{host}/")
        assert "rs.initiate()" in _refusal(f"mongodb://{host}/")
        assert "replicaSet=" in _refusal(f"mongodb://{host}/?replicaSet=rs0")


def test_a_replica_set_that_was_not_initiated_is_told_apart(tmp_path: Path) -> None:
    with _server(tmp_path, "--replSet", "rs0") as host:
        assert "not yet an initiated replica set" in _refusal(f"mongodb://{host}/")
        assert "not yet an initiated replica set" in _refusal(f"mongodb://{host}/?directConnection=true")


def test_wrong_credentials_and_no_credentials_are_told_apart(tmp_path: Path) -> None:
    with _server(tmp_path, "--auth") as host:
        with Client(f"mongodb://{host}/") as client:
            client.admin.command("createUser", "root", pwd="right", roles=["root"])
        assert "password" in _refusal(f"mongodb://root:s3cr3t@{host}/")
        assert "standalone" in _refusal(f"mongodb://root:right@{host}/")


def test_a_user_without_the_role_is_told(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("a" * 64)
    key.chmod(0o400)
    with _server(tmp_path, "--replSet", "rs0", "--keyFile", "key") as host:
        with Client(f"mongodb://{host}/?directConnection=true") as client:
            members = [{"_id": 0, "host": "./m.sock"}]
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
            wait_until(lambda: client.admin.command("hello").get("isWritablePrimary"))
        with Client(f"mongodb://{host}/?directConnection=true") as client:
            client.admin.command("createUser", "root", pwd="right", roles=["root"])
        assert "readWrite" in _refusal(f"mongodb://{host}/?directConnection=true")
        deployment.check(f"mongodb://root:right@{host}/?directConnection=true", "rsud")


def test_silence_is_told_within_the_time() -> None:
    port = free_port()
    assert f"127.0.0.1:{port} within 1.5 seconds" in _refusal(f"mongodb://root:s3cr3t@127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "uri",
    [
        "postgres://db/",
        "mongodb://",
        "mongodb://a:s3cr3t:b@db/",
        "mongodb://db:port/",
    ],
)
def test_what_is_not_an_address_is_refused(uri: str) -> None:
    assert "RSUD_MONGODB_URI" in _refusal(uri)
