"""What is read for a document: with the rights of who asks, whole, and bounded."""

from __future__ import annotations

import pytest

from exports import gathering
from exports.gathering import Read, gathered, pages
from fhir_server.errors import NotFound, TooCostly
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.conftest import Counter, person

VISIT, PATIENT = "kunjungan-000001-001", "pasien-000001"
READS = (Read("Condition", "encounter"), Read("Observation", "encounter"), Read("MedicationRequest", "encounter"))


async def test_all_that_refers_to_it_and_what_gives_that_sense(counter: Counter) -> None:
    await counter.fill(1, 2)
    chart = await gathered(counter.record(), "Encounter", VISIT, READS)
    expected = {
        name
        for name, one in charts.record(1).items()
        if one["resourceType"] in ("Condition", "Observation", "MedicationRequest")
        and one.get("encounter", {}).get("reference") == f"Encounter/{VISIT}"
    }
    found = {name for name in chart.resources if name.split("/")[0] in {read.type for read in READS}}
    assert found == expected
    assert expected
    assert chart.patient["id"] == PATIENT
    assert chart.of("Practitioner")
    assert chart.of("Medication")
    assert not [name for name in chart.resources if "000002" in name]


async def test_types_that_the_caller_may_not_see_are_left_out(counter: Counter) -> None:
    await counter.fill(1)
    desk = await gathered(counter.record(person("pendaftaran", PATIENT)), "Encounter", VISIT, READS)
    assert not [name for name in desk.resources if name.split("/")[0] in ("Condition", "MedicationRequest")]
    with pytest.raises(NotFound):
        await gathered(counter.record(person("dokter", "pasien-000002")), "Encounter", VISIT, READS)


async def test_page_after_page_each_once_and_not_without_end(counter: Counter) -> None:
    many: list[Resource] = [{"resourceType": "Basic", "id": f"b{n}", "code": {"text": "x"}} for n in range(250)]
    await counter.put(*many)
    found = [page async for page in pages(counter.record(), "Basic", ())]
    assert [len(page) for page in found] == [100, 100, 50]
    assert len({one["id"] for page in found for one in page}) == 250


async def test_too_much_is_refused(counter: Counter) -> None:
    await counter.fill(1)
    with pytest.raises(TooCostly):
        await gathered(counter.record(), "Encounter", VISIT, READS, most=3)
    assert gathering.MOST == 20_000
