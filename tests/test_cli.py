"""The `rsud` command, run as a user runs it: real processes, real signals, a real mongod."""

import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pymongo import MongoClient

from tests.processes import ROOT, free_port, living_in, run, serving, start, wait_until


def test_serves_and_says_where(tmp_path: Path) -> None:
    with serving(tmp_path, "--open") as server:
        assert server.get()["starts"] == 1
        assert server.process.stdout is not None
        output = "".join(server.process.stdout.readline() for _ in range(4))
        _, _, errors = server.stop()
    assert f"http://127.0.0.1:{server.port}/fhir" in output
    assert "there is no sign-in" in output
    assert errors == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_to_the_group_stops_everything(tmp_path: Path, number: signal.Signals, workers: str) -> None:
    with serving(tmp_path, "--workers", workers) as server:
        assert any("mongod" in command for command in living_in(tmp_path))
        status, output, _ = server.stop(number)
    assert (status, "Traceback" in output) == (0, False)
    assert living_in(tmp_path) == []


def test_a_request_under_way_is_finished(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        answers: list[str] = []
        request = threading.Thread(target=lambda: answers.append(server.get("/slow")))
        request.start()
        time.sleep(0.3)
        status, _, _ = server.stop()
        request.join()
    assert (status, answers) == (0, ["finished"])


def test_the_next_start_keeps_the_data_and_is_quick(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        first.stop()
    began = time.monotonic()
    with serving(tmp_path) as second:
        assert time.monotonic() - began < 5
        assert second.get()["starts"] == 2
        second.stop()


def test_nothing_outlives_a_killed_server(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as server:
        wait_until(lambda: server.get()["starts"] == 2)
        assert len(living_in(tmp_path)) == 4
        server.process.kill()
        wait_until(lambda: living_in(tmp_path) == [])
    with serving(tmp_path) as again:
        assert again.get()["starts"] == 3
        again.stop()


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        before = server.get()["pid"]
        subprocess.run(["kill", "-9", str(before)], check=True)

        def replaced() -> bool:
            try:
                return bool(server.get()["pid"] != before)
            except OSError:
                return False

        wait_until(replaced)
        assert server.stop()[0] == 0


def test_a_mongod_that_dies_ends_the_server_with_a_line(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        with MongoClient[dict[str, Any]](
            f"mongodb://{quote(str(tmp_path / 'var/mongod.sock'), safe='')}/?directConnection=true"
        ) as client:
            pid = client.admin.command("serverStatus")["pid"]
        subprocess.run(["kill", "-9", str(pid)], check=True)
        _, errors = server.process.communicate(timeout=30)
    assert server.process.returncode == 2
    assert errors.startswith("rsud: The embedded MongoDB ended; ")
    assert living_in(tmp_path) == []


def test_a_second_server_on_the_same_folder_uses_the_same_mongod(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        with serving(tmp_path) as second:
            assert second.get()["starts"] == 2
            assert sum("mongod" in command for command in living_in(tmp_path)) == 1
            assert second.stop()[0] == 0
        assert first.get()["starts"] == 2
        first.stop()


def test_the_demo_is_seeded_once_before_serving(tmp_path: Path) -> None:
    for _ in range(2):
        with serving(tmp_path, "--demo", "--open") as server:
            assert server.get()["seeded"] == 1
            server.stop()


def test_seed_works_beside_a_running_server(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.get()["seeded"] == 0
        assert run(tmp_path, "seed", "--patients", "3", "--seed", "7") == (0, "", "")
        assert server.get()["seeded"] == 1
        server.stop()


def test_seed_starts_and_stops_a_mongod_of_its_own_and_seeds_once(tmp_path: Path) -> None:
    assert run(tmp_path, "seed") == (0, "", "")
    assert run(tmp_path, "seed") == (2, "", "rsud: seeded before; use another data folder\n")
    assert living_in(tmp_path) == []


def test_a_seed_that_is_done_leaves_its_mongod_to_the_server_that_joined(tmp_path: Path) -> None:
    seeding = start(tmp_path, "seed", "--patients", "500")
    wait_until(lambda: (tmp_path / "var" / "mongod.sock").exists())
    with serving(tmp_path) as server:
        server.stop()
    assert seeding.poll() is None
    seeding.send_signal(signal.SIGINT)
    assert seeding.wait(30) == 130
    seeding.communicate()
    assert living_in(tmp_path) == []


def test_an_outside_mongodb_is_used(tmp_path: Path, mongodb_uri: str, database_name: str) -> None:
    environment = {"RSUD_MONGODB_URI": mongodb_uri, "RSUD_MONGODB_DATABASE": database_name, "RSUD_MONGOD": ""}
    with serving(tmp_path, **environment) as server:
        assert server.get()["starts"] == 1
        assert not any("mongod" in command for command in living_in(tmp_path))
        server.stop()
    assert not (tmp_path / "var").exists()


def test_flags_win_over_the_environment(tmp_path: Path) -> None:
    with serving(tmp_path, "--data-dir", "here", RSUD_PORT="1", RSUD_DATA_DIR="there") as server:
        server.stop()
    assert [entry.name for entry in tmp_path.iterdir()] == ["here"]


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (["--open", "--host", "0.0.0.0"], {}, "--host 127.0.0.1"),
        (["--open", "--host", "::"], {}, "--host 127.0.0.1"),
        (["--host", "192.0.2.1"], {}, "--host"),
        (["--host", "a" * 70], {}, "--host"),
        (["--port", "99999"], {}, "RSUD_PORT"),
        (["--port", "eighty"], {}, "RSUD_PORT"),
        ([], {"RSUD_TIME_ZONE": "Samarinda"}, "RSUD_TIME_ZONE"),
        (["--data-dir", "/dev/null/var"], {}, "--data-dir"),
        (["--data-dir", "/proc/var"], {}, "--data-dir"),
        ([], {"RSUD_MONGOD": "/nowhere/mongod"}, "RSUD_MONGOD"),
        ([], {"RSUD_MONGOD": "/bin/false"}, "mongod ended with status 1"),
        ([], {"RSUD_MONGODB_URI": "postgres://db"}, "RSUD_MONGODB_URI"),
        ([], {"RSUD_MONGODB_URI": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100"}, "127.0.0.1:1"),
        ([], {"RSUD_MONGODB_URI": "mongodb://u:s3cr3t/x@127.0.0.1:1/"}, "percent-encoded"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], says: str
) -> None:
    port = [] if "--port" in arguments else ["--port", str(free_port())]
    status, output, errors = run(tmp_path, "serve", *port, *arguments, **environment)
    assert (status, output) == (2, "")
    assert errors.startswith("rsud: ")
    assert errors.count("\n") == 1
    assert says in errors
    assert "s3cr3t" not in errors
    assert living_in(tmp_path) == []


def test_a_taken_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        status, _, errors = run(tmp_path, "serve", "--port", port)
    assert (status, errors.count("\n")) == (2, 1)
    assert f"Port {port} is taken" in errors
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    process = start(tmp_path, "serve", "--demo", "--port", str(free_port()), RSUD_DEMO_PATIENTS="500")
    wait_until(lambda: (tmp_path / "var" / "mongod.sock").exists())
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert living_in(tmp_path) == []


def test_explain_tells_how_a_search_is_carried_out(tmp_path: Path) -> None:
    real = {"PYTHONPATH": str(ROOT)}
    status, output, errors = run(tmp_path, "explain", "Patient?organization.name=contoh&birthdate=ge1990", **real)
    assert (status, errors) == (0, "")
    assert output.startswith("Patient where\n  organization points to an Organization where (name (string) is contoh)")
    assert "documentsExamined: 0" in output
    status, output, errors = run(tmp_path, "explain", "Patient?nmae=siti", **real)
    assert (status, output) == (2, "")
    assert errors == "rsud: Patient has no search parameter 'nmae'. Did you mean name?\n"
    assert living_in(tmp_path) == []


def test_help_lists_the_commands() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "cli", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "serve" in shown.stdout
    assert "seed" in shown.stdout
