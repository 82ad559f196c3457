"""Encounter/[id]/$compose: a draft of what the caller may see, once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from auth.scopes import parse
from exports import sections
from fhir_server.changes import Change
from fhir_server.errors import Conflict, FhirError, Forbidden, NotFound
from fhir_server.messages import FhirResponse, Resource
from tests.exports import charts
from tests.exports.conftest import Counter, person

VISIT = "Encounter/kunjungan-000001-002"
PATIENT = "pasien-000001"
AT_ONCE = 8


async def _composed(counter: Counter, **how: Any) -> Resource:
    found = await counter.ask(f"{VISIT}/$compose", **how)
    assert found.status == 201
    assert found.resource is not None
    assert found.location == f"Composition/{found.resource['id']}/_history/1"
    return found.resource


def _titles(found: Resource) -> dict[str, Any]:
    return {section["title"]: section for section in found["section"]}


async def test_a_draft_is_stored_for_the_clinician_to_complete(counter: Counter) -> None:
    await counter.fill(1)
    found = await _composed(counter)
    stored = (await counter.record().read("Composition", found["id"]))["resource"]
    made = sections.composed(charts.chart(1, VISIT))
    assert {name: stored[name] for name in made if name != "section"} == {
        name: value for name, value in made.items() if name != "section"
    }
    assert _titles(stored).keys() == _titles(made).keys()
    assert stored["status"] == "preliminary"
    entries = _titles(stored)["Diagnosis"]["section"][0]["entry"]
    assert entries == [{"reference": row["condition"]["reference"]} for row in _diagnosed()]
    done = {**stored, "status": "final"}
    (committed,) = await counter.record().commit([Change.update(done, stored["id"], if_match=1)])
    assert committed.version == 2


def _diagnosed() -> list[Any]:
    rows = charts.record(1)[VISIT]["diagnosis"]
    return [row for row in rows if row["use"]["coding"][0]["code"] == "DD"]


async def test_a_visit_has_one(counter: Counter) -> None:
    await counter.fill(1)
    first = await _composed(counter)
    with pytest.raises(Conflict) as refused:
        await counter.ask(f"{VISIT}/$compose")
    assert f"Composition/{first['id']}" in refused.value.issues[0].text.id
    await counter.put({**first, "status": "entered-in-error"})
    assert (await _composed(counter))["id"] != first["id"]


async def test_of_many_at_once_one_is_first(counter: Counter) -> None:
    await counter.fill(1)
    answers = await asyncio.gather(*(counter.ask(f"{VISIT}/$compose") for _ in range(AT_ONCE)), return_exceptions=True)
    made = [one for one in answers if isinstance(one, FhirResponse)]
    refused = [one for one in answers if isinstance(one, FhirError)]
    assert (len(made), len(refused)) == (1, AT_ONCE - 1)
    assert {type(one) for one in refused} == {Conflict}
    assert made[0].resource is not None


async def test_it_holds_what_the_caller_may_see(counter: Counter) -> None:
    await counter.fill(1)
    scopes = "user/Encounter.rs user/Patient.rs user/Composition.crus user/Condition.rs user/Practitioner.rs"
    doctor = replace(person("dokter", PATIENT), scopes=parse(scopes))
    found = await _composed(counter, caller=doctor)
    told = _titles(found)
    assert "section" in told["Diagnosis"]
    for title in ("Pemeriksaan Fisik", "Pemeriksaan Penunjang", "Farmasi"):
        assert told[title].keys() == {"title", "code", "text"}


async def test_who_may_not_and_where_there_is_none(counter: Counter) -> None:
    await counter.fill(1)
    reader = replace(person("dokter", PATIENT), scopes=parse("user/*.rs"))
    for caller, path, error in (
        (person("dokter", "pasien-000002"), VISIT, NotFound),
        (reader, VISIT, Forbidden),
        (person("pasien", PATIENT), VISIT, Forbidden),
        (person("dokter", PATIENT), f"Patient/{PATIENT}", NotFound),
        (person("dokter", PATIENT), "Encounter/tidak-ada", NotFound),
    ):
        with pytest.raises(error):
            await counter.ask(f"{path}/$compose", caller)
    assert "Composition" not in await counter.record().types()
