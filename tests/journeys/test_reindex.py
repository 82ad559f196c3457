"""`rsud reindex` as the hospital runs it: beside a server, killed in the middle, and run again."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from fhir_server.site import Site
from fhir_server.store.documents import CODEC, Stamp, live, now, with_meta
from tests.fhir_server.conftest import client_of, settings
from tests.journeys.bundles import Json
from tests.processes import ROOT, run, start, wait_until

PATIENTS = 4000


@pytest.fixture
def drifted(mongodb_uri: str, database_name: str) -> Iterator[Database[Json]]:
    """Patients without search values."""
    with MongoClient[Json](mongodb_uri) as client:
        database = client.get_database(database_name, codec_options=CODEC)
        database["Patient"].insert_many([document(f"p{number:05}") for number in range(PATIENTS)])
        yield database


def document(id: str) -> Json:
    stamp = Stamp(id, 1, now(), "POST")
    name = [{"family": f"Rekaan {id}", "given": ["Contoh"]}]
    resource = with_meta({"resourceType": "Patient", "name": name, "birthDate": "1990-01-01"}, stamp)
    return {**live(resource, stamp, Site().describe(resource)), "index": {}}


def environment(uri: str, database: Database[Json]) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "RSUD_MONGODB_URI": uri, "RSUD_MONGODB_DATABASE": database.name}


def numbers(output: str) -> dict[str, tuple[int, int]]:
    """Type -> checked, drifted or mended."""
    rows = [line.rsplit(maxsplit=4) for line in output.splitlines()]
    return {row[0].strip(): (int(row[1]), int(row[3])) for row in rows}


def test_drift_is_told_mended_and_gone(tmp_path: Path, mongodb_uri: str, drifted: Database[Json]) -> None:
    variables = environment(mongodb_uri, drifted)
    status, output, errors = run(tmp_path, "reindex", "--verify", **variables)
    assert (status, errors) == (1, "")
    assert numbers(output) == {"Patient": (PATIENTS, PATIENTS), "in all": (PATIENTS, PATIENTS)}
    assert drifted["Patient"].count_documents({"index": {}}) == PATIENTS
    status, output, _ = run(tmp_path, "reindex", "--type", "Patient", **variables)
    assert (status, numbers(output)["Patient"]) == (0, (PATIENTS, PATIENTS))
    status, output, _ = run(tmp_path, "reindex", "--verify", **variables)
    assert (status, numbers(output)["Patient"]) == (0, (PATIENTS, 0))


async def test_who_starts_the_server_is_told(
    tmp_path: Path, mongodb_uri: str, drifted: Database[Json], caplog: pytest.LogCaptureFixture
) -> None:
    advice = "run `rsud reindex` (Patient)"
    async with client_of(settings(mongodb_uri, drifted.name)):
        assert advice in caplog.text
    assert run(tmp_path, "reindex", **environment(mongodb_uri, drifted))[0] == 0
    caplog.clear()
    async with client_of(settings(mongodb_uri, drifted.name)):
        assert advice not in caplog.text


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_an_interrupted_run_goes_on(
    tmp_path: Path, mongodb_uri: str, drifted: Database[Json], number: signal.Signals, status: int
) -> None:
    variables = environment(mongodb_uri, drifted)
    process = start(tmp_path, "reindex", **variables)
    wait_until(lambda: (drifted["reindex"].find_one() or {}).get("done", 0) > 0)
    os.killpg(process.pid, number)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (status, "")
    kept = drifted["reindex"].find_one()
    assert kept is not None
    done, output, _ = run(tmp_path, "reindex", **variables)
    assert done == 0
    assert numbers(output)["Patient"][0] == PATIENTS - kept["done"]
    assert drifted["reindex"].find_one() is None
    assert drifted["Patient"].count_documents({"index": {}}) == 0
    assert run(tmp_path, "reindex", "--verify", **variables)[0] == 0


def test_a_type_that_does_not_exist(tmp_path: Path) -> None:
    status, output, errors = run(tmp_path, "reindex", "--type", "Patien", PYTHONPATH=str(ROOT))
    assert (status, output) == (2, "")
    assert "Patien" in errors
