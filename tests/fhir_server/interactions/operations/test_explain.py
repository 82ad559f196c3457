"""$explain: the query in words, the pipeline without anybody's ids, and what it costs."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from auth.caller import SYSTEM, Caller
from fhir_server.changes import Change
from fhir_server.errors import FhirError, Forbidden
from fhir_server.interactions.dispatch import answer
from fhir_server.interactions.operations.explain import lines
from fhir_server.messages import FhirRequest
from fhir_server.record import Record
from fhir_server.store.store import Store
from main import site
from resources.registry import validate
from settings import Settings
from tests.callers import bound, staff
from tests.fhir_server.conftest import BASE

SITE = site(Settings(base_url=BASE))


async def explained(record: Record, type: str, *parameters: tuple[str, str], body: Any = None) -> dict[str, Any]:
    request = FhirRequest("POST" if body else "GET", (type, "$explain"), parameters, {}, body, BASE)
    found = (await answer(request, record)).resource
    assert found is not None
    assert validate(found) == []
    return found


def steps(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Each step by the names of its parts; an index that is used is there once."""
    return [
        {part["name"]: next(value for key, value in part.items() if key != "name") for part in row["part"]}
        for row in found["parameter"]
        if row["name"] == "step"
    ]


@pytest.fixture
async def full(store: Store) -> Store:
    people = [{"resourceType": "Patient", "name": [{"text": f"Siti {n}"}], "gender": "female"} for n in range(30)]
    record = Record(store, SYSTEM, SITE)
    await record.commit([Change.update(one, f"rahasia-{n}") for n, one in enumerate(people)])
    seen = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    await record.commit(
        [Change.update({**seen, "subject": {"reference": f"Patient/rahasia-{n}"}}, f"o{n}") for n in range(30)]
    )
    return store


async def test_a_plain_search(full: Store) -> None:
    found = await explained(Record(full, SYSTEM, SITE), "Patient", ("name", "siti 7"), ("_sort", "-birthdate"))
    assert (
        found["parameter"][0]["valueString"]
        == "Patient where\n  name (string) is siti 7\n  sorted by birthdate descending"
    )
    (step,) = steps(found)
    assert step["type"] == "Patient"
    assert step["index"] == "name"
    assert (step["keysExamined"], step["documentsExamined"], step["found"]) == (1, 1, 1)
    assert step["collectionScan"] is False
    assert '"search.beginnings.name": "siti 7"' in step["pipeline"]


@pytest.mark.parametrize(("most", "number"), [(5_000, 2), (0, 1)])
async def test_a_chain_tells_its_steps_and_nobodys_id(full: Store, most: int, number: int) -> None:
    record = Record(full, SYSTEM, SITE, most_ids=most)
    found = await explained(record, "Observation", ("subject:Patient.name", "siti"), ("_count", "5"))
    told = steps(found)
    assert [step["type"] for step in told] == ["Patient", "Observation"][-number:]
    assert all(step["collectionScan"] is False for step in told)
    assert told[-1]["found"] == 6
    assert told[-1]["documentsExamined"] >= 6
    assert "rahasia" not in str(found)
    assert ("$lookup" in told[-1]["pipeline"]) is (number == 1)
    assert ("(30 ids)" in told[-1]["pipeline"]) is (number == 2)


async def test_what_the_client_named_is_shown_in_part(full: Store) -> None:
    ids = ",".join(f"n{number}" for number in range(50))
    (step,) = steps(await explained(Record(full, SYSTEM, SITE), "Patient", ("_id", ids)))
    assert '"n0"' in step["pipeline"]
    assert "(30 more)" in step["pipeline"]


async def test_a_query_in_a_body(full: Store) -> None:
    body = {"resourceType": "Parameters", "parameter": [{"name": "query", "valueString": "name=siti&gender=male"}]}
    found = await explained(Record(full, SYSTEM, SITE), "Patient", body=body)
    assert "gender (token) is male" in found["parameter"][0]["valueString"]


async def test_as_text(full: Store) -> None:
    text = lines(await explained(Record(full, SYSTEM, SITE), "Patient"))
    assert text[0] == "every Patient"
    assert "   documentsExamined: 21" in text


@pytest.mark.parametrize("caller", [bound("siti", "rahasia-1"), staff()])
async def test_numbers_of_what_others_have_are_not_told(full: Store, caller: Caller) -> None:
    with pytest.raises(Forbidden):
        await explained(Record(full, caller, SITE), "Patient", ("name", "siti"))


@pytest.mark.parametrize("parameters", [("nmae", "x"), ("birthdate", "kemarin"), ("_filter", "(")])
async def test_what_is_no_search_is_refused(full: Store, parameters: tuple[str, str]) -> None:
    with pytest.raises(FhirError) as refused:
        await explained(Record(full, SYSTEM, SITE), "Patient", parameters)
    assert refused.value.status == 400


async def test_over_the_web_and_in_the_capability_statement(client: httpx.AsyncClient) -> None:
    answered = await client.get("Patient/$explain", params={"name": "siti"}, headers={"Accept": "application/fhir+xml"})
    assert answered.status_code == 200
    assert "<Parameters" in answered.text
    statement = (await client.get("metadata")).json()
    operations = {one["name"]: one["definition"] for one in statement["rest"][0]["resource"][0]["operation"]}
    assert operations["explain"] == "urn:rsud-fhir:operation:explain"
