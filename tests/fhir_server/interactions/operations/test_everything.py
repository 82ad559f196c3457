"""$everything: all of one record and nothing of another, each once, on pages of one moment, within bounds of memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from auth.caller import Caller
from fhir_server.changes import Change
from fhir_server.interactions.operations.clinical_dates import CLINICAL_DATES
from fhir_server.record import Record
from fhir_server.search.fields import fields
from fhir_server.store.store import Store
from resources.belonging import is_of_patients
from resources.definitions.search import parameters
from resources.definitions.structure import resource_types
from tests.callers import ONLY_SHARED, bound, staff, with_context
from tests.fhir_server.interactions.operations.charts import (
    OF_A,
    SECRET,
    SITE,
    Json,
    ask,
    link,
    observation,
    pages,
    problems,
    reference,
    refused,
    sent,
    urls,
    walked,
)
from tests.fhir_server.interactions.samples import unique
from tests.journeys.journal import events

OWN = [
    *("Patient/a", "Binary/berkas", "Condition/demam", "DocumentReference/surat", "Encounter/kunjungan"),
    *("MedicationRequest/resep", "Observation/lama", "Observation/suhu"),
]
BESIDE = [
    *("Location/poli", "Medication/obat", "Organization/dinas", "Organization/rs", "Practitioner/dokter"),
    "PractitionerRole/peran",
]
OF_VISIT = ["Encounter/kunjungan", "Condition/demam", "Observation/suhu"]
BESIDE_VISIT = [
    *("Location/poli", "Organization/dinas", "Organization/rs", "Patient/a", "Practitioner/dokter"),
    "PractitionerRole/peran",
]


async def test_a_patient_first_then_the_record_then_what_it_refers_to(charts: Record) -> None:
    found = await ask(charts, "Patient/a/$everything")
    assert problems(found) == []
    assert urls(found) == OWN + BESIDE
    assert [row["search"]["mode"] for row in found["entry"]] == ["match"] * len(OWN) + ["include"] * len(BESIDE)
    assert found["entry"][0]["resource"]["name"] == [{"text": "Siti"}]
    assert SECRET not in str(found)
    assert link(found, "next") is None


async def test_an_encounter_with_what_refers_to_it_and_what_that_needs(charts: Record) -> None:
    found = await ask(charts, "Encounter/kunjungan/$everything")
    assert urls(found) == OF_VISIT + BESIDE_VISIT
    assert SECRET not in str(found)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 13, 14, 15, 1000])
@pytest.mark.parametrize(
    ("url", "expected"), [("Patient/a", OWN + BESIDE), ("Encounter/kunjungan", OF_VISIT + BESIDE_VISIT)]
)
async def test_pages_of_any_size_hold_each_once(charts: Record, url: str, expected: list[str], count: int) -> None:
    found = [page async for page in pages(charts, f"{url}/$everything?_count={count}")]
    assert [one for page in found for one in urls(page)] == expected
    assert [len(urls(page)) for page in found[:-1]] == [count] * (len(found) - 1)
    assert urls(found[-1])


async def test_pages_are_of_one_moment_whatever_is_written_meanwhile(own_charts: Record) -> None:
    first = await ask(own_charts, "Patient/a/$everything?_count=2")
    seen, page = urls(first), first
    for number in range(20):
        await own_charts.commit([Change.create(observation("x", "a", "baru"), id=f"aa-{number}")])
        await own_charts.commit([Change.update({**OF_A[-1], "id": f"baru-{number}"}, f"baru-{number}")])
        if number == 3:
            await own_charts.commit([Change.delete("Observation", "lama"), Change.delete("Practitioner", "dokter")])
            await own_charts.commit([Change.update(observation("suhu", "b", SECRET), "suhu")])
        if (address := link(page, "next")) is None:
            break
        page = await ask(own_charts, address)
        assert SECRET not in str(page)
        seen += urls(page)
    assert seen == OWN + BESIDE
    assert len(await walked(own_charts, "Patient/a/$everything")) > len(seen) + 10


PERIODS: tuple[tuple[str, set[str]], ...] = (
    ("start=2026-02-10&end=2026-02-10", {"demam", "kunjungan", "resep", "suhu"}),
    ("start=2026-02", {"demam", "kunjungan", "resep", "suhu"}),
    ("start=2026-02-11", set()),
    ("start=2026-02-10T08:31:00%2B08:00", {"demam", "kunjungan", "suhu"}),
    ("start=2026-02-10T08:30:00%2B08:00", {"demam", "kunjungan", "resep", "suhu"}),
    ("end=2026-02-09", {"lama"}),
    ("end=2026-02-10T07:59:59%2B08:00", {"demam", "lama", "suhu"}),
    ("end=2026-02-10T08:00:00%2B08:00", {"demam", "kunjungan", "lama", "suhu"}),
    ("start=2025&end=2025", {"lama"}),
    ("start=2027&end=2024", set()),
)


@pytest.mark.parametrize(("query", "dated"), PERIODS)
async def test_care_of_a_period_and_what_has_no_date(charts: Record, query: str, dated: set[str]) -> None:
    found = await walked(charts, f"Patient/a/$everything?{query}")
    without_date = {"Patient/a", "Binary/berkas", "DocumentReference/surat"}
    own = [one for one in found if one in OWN]
    assert {one.partition("/")[2] for one in own if one not in without_date} == dated
    assert without_date <= set(own)
    assert ("Practitioner/dokter" in found) is ("kunjungan" in dated)
    assert ("Medication/obat" in found) is ("resep" in dated)


async def test_since_is_a_bound_to_the_millisecond(own_charts: Record) -> None:
    changed = (await own_charts.commit([Change.update(observation("lama", "a", "ubah"), "lama")]))[0].updated
    await own_charts.commit(
        [Change.update({"resourceType": "Medication", "id": "obat", "code": {"text": "x"}}, "obat")]
    )
    assert changed is not None
    for distance, expected in ((0, ["Observation/lama", "Medication/obat"]), (1, ["Medication/obat"])):
        since = (changed + timedelta(milliseconds=distance)).isoformat(timespec="milliseconds").replace("+", "%2B")
        assert await walked(own_charts, f"Patient/a/$everything?_since={since}") == expected
    future = datetime.now(UTC) + timedelta(days=2)
    assert await walked(own_charts, f"Patient/a/$everything?_since={future:%Y-%m-%d}") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("_type=Observation", ["Observation/lama", "Observation/suhu"]),
        ("_type=Observation,Practitioner", ["Observation/lama", "Observation/suhu", "Practitioner/dokter"]),
        ("_type=Observation&_type=Patient", ["Patient/a", "Observation/lama", "Observation/suhu"]),
        ("_type=Organization", ["Organization/dinas", "Organization/rs"]),
        ("_type=Goal", []),
    ],
)
async def test_types(charts: Record, query: str, expected: list[str]) -> None:
    assert await walked(charts, f"Patient/a/$everything?{query}&_count=1") == expected


async def test_parameters_in_a_body_and_links_that_get_follows(charts: Record) -> None:
    body = sent(start=("Date", "2026-02-10"), _count=("Integer", 2), _type=("Code", "Observation"))
    body["parameter"].append({"name": "_type", "valueCode": "Practitioner"})
    first = await ask(charts, "Patient/a/$everything", body)
    assert urls(first) == ["Observation/suhu", "Practitioner/dokter"]
    one = await ask(charts, "Patient/a/$everything", sent(_count=("Integer", 1), _type=("Code", "Observation")))
    following = link(one, "next")
    assert following is not None
    assert urls(await ask(charts, following)) == ["Observation/suhu"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("_type=Pasien", "_type"),
        ("_type=", "_type"),
        ("start=kemarin", "start"),
        ("end=2026-13-01", "end"),
        ("_since=x", "_since"),
        ("start=2026&start=2027", "start"),
        ("_count=0", "_count"),
        ("_count=-1", "_count"),
        ("_count=١", "_count"),
        ("_cursor=x", "_cursor"),
        ("status=final", "status"),
    ],
)
async def test_what_is_not_understood_is_refused(charts: Record, query: str, names: str) -> None:
    error = await refused(charts, f"Patient/a/$everything?{query}")
    assert (error.status, error.issues[0].expression) == (400, names)


@pytest.mark.parametrize("body", [sent(start=("Period", {"start": "2026"})), sent(_type=("Code", ["x"])), {"x": 1}])
async def test_a_body_that_is_not_understood(charts: Record, body: Json) -> None:
    assert (await refused(charts, "Patient/a/$everything", body)).status == 400


async def test_lenient_handling_leaves_out_what_is_unknown(charts: Record) -> None:
    found = await ask(charts, "Patient/a/$everything?x=1", prefer="handling=lenient")
    assert urls(found) == OWN + BESIDE


@pytest.mark.parametrize("caller", [bound("siti", "a"), with_context("siti", "a")], ids=["user", "patient"])
async def test_who_is_bound_to_a_patient(charts_store: Store, charts: Record, caller: Caller) -> None:
    own = Record(charts_store, caller, SITE)
    for url in ("Patient/a/$everything", "Patient/$everything"):
        assert await walked(own, f"{url}?_count=3") == OWN + BESIDE
    assert urls(await ask(own, "Encounter/kunjungan/$everything")) == OF_VISIT + BESIDE_VISIT
    for url in ("Patient/b", "Patient/tak-ada", "Encounter/tak-ada"):
        assert (await refused(own, f"{url}/$everything")).status == 404


@pytest.mark.parametrize(
    ("caller", "status"), [(bound("dokter", "a", "b"), 400), (staff(role=ONLY_SHARED), 400), (bound("tak-ada"), 400)]
)
async def test_without_an_id_only_where_it_is_clear(
    charts_store: Store, charts: Record, caller: Caller, status: int
) -> None:
    assert (await refused(Record(charts_store, caller, SITE), "Patient/$everything")).status == status
    assert (await refused(Record(charts_store, caller, SITE), "Encounter/$everything")).status == 404


async def test_what_the_scopes_leave_out(charts_store: Store, charts: Record) -> None:
    scope = "user/Patient.rs user/Observation.s user/Practitioner.r user/Encounter.rs user/PractitionerRole.r"
    found = await walked(Record(charts_store, bound("siti", "a", scope=scope), SITE), "Patient/a/$everything")
    assert found == [
        *("Patient/a", "Encounter/kunjungan", "Observation/lama", "Observation/suhu"),
        *("Practitioner/dokter", "PractitionerRole/peran"),
    ]
    assert (await refused(Record(charts_store, staff(), SITE), "Patient/a/$everything")).status == 403


async def test_the_pages_of_another_are_none_for_me(charts_store: Store, charts: Record) -> None:
    """Nor does a page of one record lead into another, or into other types."""
    siti = Record(charts_store, bound("siti", "a", "b"), SITE)
    address = link(await ask(siti, "Patient/a/$everything?_count=1"), "next")
    assert address is not None
    for other in (bound("budi", "a", "b"), bound("siti", "a", "b", scope="user/*.rs")):
        assert (await refused(Record(charts_store, other, SITE), address)).issues[0].expression == "_cursor"
    for forged in (address.replace("/a/", "/b/"), f"{address}&_type=Observation", address[:-4] + "AAAA"):
        assert (await refused(siti, forged)).issues[0].expression == "_cursor"
    assert (await refused(Record(charts_store, bound("siti", "b"), SITE), address)).status == 404, "not any more"
    assert urls(await ask(siti, address.replace("_count=1", "_count=5"))) == OWN[1:6]


async def test_a_patient_that_was_deleted(own_charts: Record) -> None:
    await own_charts.commit([Change.update({"resourceType": "Patient", "id": "c"}, "c")])
    await own_charts.commit([Change.delete("Patient", "c")])
    assert (await refused(own_charts, "Patient/c/$everything")).status == 410


async def test_the_journal_names_the_patient_once_for_each_page(
    mongodb_uri: str, database_name: str, own_charts: Record
) -> None:
    """And none whose data were only passed on the way."""
    both = {
        "status": "proposed",
        "participant": [{"actor": reference(f"Patient/{id}"), "status": "accepted"} for id in "ab"],
    }
    await own_charts.commit([Change.update({"resourceType": "Appointment", "id": "berdua", **both}, "berdua")])
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        before = len(events(client[database_name]))
        found = [page async for page in pages(own_charts, "Patient/a/$everything?_count=2")]
        told = events(client[database_name])[before:]
    assert len(found) == len(told) == 8
    assert [one.what for one in told] == ["$everything"] * 8
    shared = [index for index, page in enumerate(found) if "Appointment/berdua" in urls(page)]
    assert [sorted(one.patients) for one in told] == [["a", "b"] if at in shared else ["a"] for at in range(8)]


async def test_a_page_ends_before_it_is_too_large(own_charts: Record) -> None:
    for number in range(10):
        await own_charts.commit([Change.create(observation("x", "a", "besar" * 180_000), id=f"besar-{number}")])
    found = [urls(page) async for page in pages(own_charts, "Patient/a/$everything?_type=Observation")]
    large = [f"Observation/besar-{number}" for number in range(10)]
    assert found == [large[:9], [large[9], "Observation/lama", "Observation/suhu"]]


async def test_over_the_web(client: httpx.AsyncClient) -> None:
    id = unique("semua")
    await client.put(f"Patient/{id}", json={"resourceType": "Patient", "id": id})
    found = await client.get(f"Patient/{id}/$everything", headers={"Accept": "application/fhir+xml"})
    assert (found.status_code, "<Bundle" in found.text) == (200, True)
    posted = await client.post(f"Patient/{id}/$everything", json=sent(_type=("Code", "Patient")))
    assert [row["resource"]["id"] for row in posted.json()["entry"]] == [id]
    cut = (await client.get(f"Patient/{id}/$everything?_elements=id")).json()["entry"][0]["resource"]
    assert cut["meta"]["tag"][0]["code"] == "SUBSETTED"
    definitions = {"Patient": "Patient-everything", "Encounter": "Encounter-everything"}
    for row in (await client.get("metadata")).json()["rest"][0]["resource"]:
        urls = [one["definition"] for one in row["operation"] if one["name"] == "everything"]
        name = definitions.get(row["type"])
        assert urls == ([f"http://hl7.org/fhir/OperationDefinition/{name}"] if name else [])


def test_every_type_with_a_date_has_a_clinical_one() -> None:
    no_care = {"AuditEvent", "Patient", "Person", "RelatedPerson", "Schedule", "SupplyDelivery"}
    for type in resource_types():
        dates = {code for code, one in parameters(type).items() if one.type == "date" and code != "_lastUpdated"}
        if is_of_patients(type) and dates and type not in no_care:
            assert fields(type)[CLINICAL_DATES[type]].parameter.type == "date", type
    assert set(CLINICAL_DATES) <= set(resource_types())
