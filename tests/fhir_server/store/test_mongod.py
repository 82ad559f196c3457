"""The embedded mongod: found, started, shared, stopped, and started again after a crash."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from fhir_server.store import mongod
from tests.processes import ROOT, living_in, wait_until

Client = MongoClient[dict[str, Any]]


def _program(path: Path, mode: int = 0o755, text: str = "#!/bin/sh\nexit 3\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_it_is_a_replica_set_with_transactions_and_snapshots(mongodb_uri: str, database_name: str) -> None:
    with Client(mongodb_uri) as client:
        collection = client[database_name]["things"]
        with client.start_session() as session, session.start_transaction():
            collection.insert_one({"_id": 1}, session=session)
        with client.start_session(snapshot=True) as session:
            assert collection.find_one({}, session=session) == {"_id": 1}


def test_it_listens_on_no_port(mongodb_uri: str) -> None:
    with Client(mongodb_uri) as client:
        options = client.admin.command("getCmdLineOpts")["parsed"]["net"]
    assert options["bindIp"] == "./mongod.sock"
    assert "zlib" not in options["compression"]["compressors"]


def test_the_chosen_program_comes_first(tmp_path: Path) -> None:
    chosen, other = _program(tmp_path / "chosen" / "mongod"), _program(tmp_path / "path" / "mongod")
    assert mongod.find_program(chosen, search_path=str(other.parent)) == chosen
    assert mongod.find_program(search_path=str(other.parent)) == other


def test_the_bundled_program_comes_last(tmp_path: Path) -> None:
    assert mongod.find_program(search_path=str(tmp_path)).as_posix().endswith(mongod.IN_WHEEL)


def test_a_program_without_its_x_bit_gets_it(tmp_path: Path) -> None:
    program = _program(tmp_path / "mongod", mode=0o644)
    assert os.access(mongod.find_program(program), os.X_OK)


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(mongod.MongodNotFound, match="RSUD_MONGOD"):
        mongod.find_program(tmp_path / "mongod")


def test_a_program_that_ends_gives_its_last_words(tmp_path: Path) -> None:
    program = _program(tmp_path / "mongod", text="#!/bin/sh\necho starting\necho no such library >&2\nexit 3\n")
    with pytest.raises(mongod.MongodFailed, match=r"status 3: no such library; .*mongod\.log"), ExitStack() as cleanup:
        mongod.start(tmp_path / "data", program, cleanup=cleanup)


def test_damaged_data_is_told_and_leaves_nothing_running(tmp_path: Path) -> None:
    with mongod.running(tmp_path):
        pass
    (tmp_path / "mongodb" / "WiredTiger.turtle").write_text("damaged")
    with pytest.raises(mongod.MongodFailed, match="mongod ended"), ExitStack() as cleanup:
        mongod.start(tmp_path, cleanup=cleanup)
    assert living_in(tmp_path) == []


@pytest.mark.parametrize("folder", ["/dev/null/var", "/proc/var"])
def test_a_folder_that_cannot_be_written_is_named(folder: str) -> None:
    with pytest.raises(mongod.DataFolderNotWritable, match=folder), ExitStack() as cleanup:
        mongod.start(Path(folder), cleanup=cleanup)


@pytest.mark.parametrize("name", ["plain", "with space % and ü", "deep/" + "x" * 120])
def test_data_stays_in_any_folder_even_a_moved_one(tmp_path: Path, name: str) -> None:
    folder, moved = tmp_path / name, tmp_path / "moved"
    with mongod.running(folder) as embedded, Client(embedded.uri) as client:
        client["kept"]["things"].insert_one({"_id": 1})
    folder.rename(moved)
    with mongod.running(moved) as embedded, Client(embedded.uri) as client:
        assert client["kept"]["things"].find_one() == {"_id": 1}
    assert living_in(tmp_path) == []


def test_initiating_twice_changes_nothing(mongodb_uri: str) -> None:
    with Client(mongodb_uri) as client:
        before = client.admin.command("replSetGetConfig")["config"]
        mongod._initiate(client)
        assert client.admin.command("replSetGetConfig")["config"] == before


def test_only_the_owner_may_read_the_data(tmp_path: Path) -> None:
    with mongod.running(tmp_path / "data"):
        names = (".", "mongodb", "mongod.sock", "mongod.log")
        modes = {name: (tmp_path / "data" / name).stat().st_mode & 0o077 for name in names}
    assert set(modes.values()) == {0}


def test_a_second_user_joins_and_leaves_it_running(tmp_path: Path) -> None:
    with mongod.running(tmp_path) as first, Client(first.uri) as client:
        with mongod.running(tmp_path) as second:
            assert second.process is None
            assert second.uri == first.uri
        assert client.admin.command("ping")["ok"] == 1


def test_after_a_crash_it_starts_again_with_what_was_acknowledged(tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        crashed = mongod.start(tmp_path, cleanup=cleanup)
        with Client(crashed.uri) as client:
            client["kept"]["things"].insert_one({"_id": 1})
        assert crashed.process is not None
        crashed.process.kill()
        crashed.process.wait()
        crashed.stop()
    assert (tmp_path / "mongod.sock").exists()
    with mongod.running(tmp_path) as again, Client(again.uri) as client:
        assert client["kept"]["things"].find_one() == {"_id": 1}


STARTER = """
import sys, time
from contextlib import ExitStack
from pathlib import Path
from fhir_server.store import mongod
with ExitStack() as cleanup:
    mongod.start(Path(sys.argv[1]), cleanup=cleanup)
    print("started", flush=True)
    time.sleep(60)
"""


def test_it_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "started\n"
        assert len(living_in(tmp_path)) == 1
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        wait_until(lambda: living_in(tmp_path) == [])


def test_two_starts_at_once_share_one_mongod(tmp_path: Path) -> None:
    script = STARTER.replace("time.sleep(60)", "sys.stdin.read()")
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    try:
        assert [starter.stdout.readline() for starter in starters if starter.stdout] == ["started\n"] * 4
        assert len(living_in(tmp_path)) == 1
    finally:
        for starter in starters:
            starter.kill()
            starter.communicate()
    wait_until(lambda: living_in(tmp_path) == [])


def test_one_that_is_about_to_end_is_not_joined(tmp_path: Path) -> None:
    """Its starter was killed a moment ago: it still answers, and shuts down."""
    for _ in range(3):
        arguments = [sys.executable, "-c", STARTER, str(tmp_path)]
        with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE) as starter:
            assert starter.stdout is not None
            assert starter.stdout.readline() == b"started\n"
            starter.kill()
        with mongod.running(tmp_path) as again, Client(again.uri) as client:
            client["kept"]["things"].insert_one({})
            assert again.process is not None
