"""$summary: what the International Patient Summary asks of its sections, and nothing that the caller may not see.

https://hl7.org/fhir/uv/ips/STU1.1/StructureDefinition-Composition-uv-ips.html
"""

from __future__ import annotations

from typing import Any

import pytest

from fhir_server.changes import Change
from fhir_server.interactions.operations.summary_sections import SECTIONS, gathered
from fhir_server.record import Record
from fhir_server.store.store import Store
from resources.formats import json_format
from tests.callers import bound, staff
from tests.fhir_server.conftest import BASE
from tests.fhir_server.interactions.operations.charts import (
    SECRET,
    SITE,
    Json,
    ask,
    observation,
    person,
    problems,
    put,
    reference,
    refused,
    sent,
)

ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
HL7 = "http://terminology.hl7.org/CodeSystem/"
REQUIRED = {
    "10160-0": ({"MedicationStatement", "MedicationRequest"}, "no-medication-info"),
    "48765-2": ({"AllergyIntolerance"}, "no-allergy-info"),
    "11450-4": ({"Condition"}, "no-problem-info"),
}
"""Section of the IPS -> the types of its entries, and the code that says that nothing is known."""

RECOMMENDED = {
    "11369-6": {"Immunization"},
    "47519-4": {"Procedure"},
    "30954-2": {"Observation", "DiagnosticReport"},
    "8716-3": {"Observation"},
}
OF_COMPOSITION = ("status", "type", "subject", "date", "author", "title", "section")
AUTHORS = ("Practitioner", "PractitionerRole", "Device", "Patient", "RelatedPerson", "Organization")
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>&a;",
    "&lt;b&gt; & 'x' \u202e\ufffd",
    "<?php x ?><!-- x -->",
    "{{7*7}} ${x} %n",
)


def concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def of(type: str, id: str, patient: str = "a", **more: Any) -> Json:
    whose = "patient" if type in ("AllergyIntolerance", "Immunization") else "subject"
    return {"resourceType": type, "id": id, whose: reference(f"Patient/{patient}"), **more}


def condition(id: str, code: str, recorded: str, status: str = "active", **more: Any) -> Json:
    clinical, category = (
        concept(f"{HL7}condition-clinical", status),
        concept(f"{HL7}condition-category", "encounter-diagnosis"),
    )
    rest = {"code": concept("http://hl7.org/fhir/sid/icd-10", code), "recordedDate": recorded, **more}
    return of("Condition", id, clinicalStatus=clinical, category=[category], **rest)


def measured(id: str, code: str, day: str, category: str, **more: Any) -> Json:
    row = {"category": [concept(f"{HL7}observation-category", category)], "effectiveDateTime": day, **more}
    return {**observation(id, "a"), "code": concept("http://loinc.org", code), **row}


def allergy(id: str, text: str, status: str = "active", **more: Any) -> Json:
    clinical = concept(f"{HL7}allergyintolerance-clinical", status)
    return of("AllergyIntolerance", id, clinicalStatus=clinical, code={"text": text}, **more)


CHART: tuple[Json, ...] = (
    of(
        "MedicationRequest",
        "racikan",
        status="active",
        intent="order",
        contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "Racikan"}}],
        medicationReference=reference("#m"),
        dosageInstruction=[{"text": "3 x 1 sesudah makan"}],
    ),
    of(
        "MedicationRequest",
        "selesai",
        status="completed",
        intent="order",
        medicationCodeableConcept={"text": "Sudah selesai"},
    ),
    of("MedicationStatement", "dari-luar", status="active", medicationCodeableConcept={"text": "Amlodipin"}),
    allergy("udang", "Udang", reaction=[{"manifestation": [{"text": "gatal"}]}]),
    allergy("sembuh", "Telur", "resolved"),
    allergy("salah", "Salah", verificationStatus=concept(f"{HL7}allergyintolerance-verification", "refuted")),
    condition("darah-tinggi-1", "I10", "2024-01-01"),
    condition("darah-tinggi-2", "I10", "2026-01-01"),
    condition("gula", "E11.9", "2023-01-01"),
    condition("flu", "J06.9", "2026-01-01", "resolved"),
    of("Immunization", "bcg", status="completed", vaccineCode={"text": "BCG"}, occurrenceDateTime="2026-01-01"),
    of("Immunization", "batal", status="not-done", vaccineCode={"text": "Batal"}, occurrenceDateTime="2026-01-01"),
    of("Procedure", "jahit", status="completed", code={"text": "Jahit luka"}, performedDateTime="2025-01-01"),
    measured("hb-lama", "718-7", "2025-01-01", "laboratory", valueQuantity={"value": 10, "unit": "g/dL"}),
    measured("hb-baru", "718-7", "2026-01-01", "laboratory", valueQuantity={"value": 12, "unit": "g/dL"}),
    measured("hb-awal", "718-7", "2026-03-01", "laboratory", status="preliminary"),
    measured("nadi", "8867-4", "2026-01-01", "vital-signs", valueQuantity={"value": 80, "unit": "/min"}),
    of("DiagnosticReport", "foto", status="final", code={"text": "Foto toraks"}, conclusion="Normal"),
    {
        **measured("bayi", "8867-4", "2026-02-01", "vital-signs"),
        "subject": reference("Patient/b"),
        "performer": [reference("Patient/a")],
        "note": [{"text": SECRET}],
    },
)
EXPECTED = {
    "10160-0": ["MedicationRequest/resep", "MedicationRequest/racikan", "MedicationStatement/dari-luar"],
    "48765-2": ["AllergyIntolerance/udang"],
    "11450-4": ["Condition/darah-tinggi-2", "Condition/gula"],
    "11369-6": ["Immunization/bcg"],
    "47519-4": ["Procedure/jahit"],
    "30954-2": ["Observation/hb-baru", "DiagnosticReport/foto"],
    "8716-3": ["Observation/nadi"],
}


@pytest.fixture(scope="module")
async def full(resume_store: Store, resume: Record) -> Record:
    """Patient a has something in every section, patient kosong has nothing."""
    await put(resume, *CHART, person("kosong", identifier=[{"system": "http://x", "value": "1"}]))
    await put(
        resume, *(person(f"kembar-{number}", identifier=[{"system": "http://x", "value": "2"}]) for number in "12")
    )
    return resume


def composition(bundle: Json) -> Json:
    found: Json = bundle["entry"][0]["resource"]
    return found


def section(bundle: Json, code: str) -> Json:
    (found,) = [one for one in composition(bundle)["section"] if one["code"]["coding"][0]["code"] == code]
    return dict(found)


def entries(bundle: Json, code: str) -> list[Json]:
    """The resources of a section's entries, found by their names in the Bundle."""
    by_name = {row["fullUrl"]: row["resource"] for row in bundle["entry"]}
    return [by_name[entry["reference"]] for entry in section(bundle, code).get("entry", ())]


@pytest.mark.parametrize("patient", ["a", "kosong"])
async def test_what_the_ips_asks_of_bundle_and_composition(full: Record, patient: str) -> None:
    found = await ask(full, f"Patient/{patient}/$summary")
    assert problems(found) == []
    assert found["type"] == "document"
    assert all(name in found for name in ("identifier", "timestamp"))
    assert [row["resource"]["resourceType"] for row in found["entry"][:2]] == ["Composition", "Patient"]
    assert all("fullUrl" in row and "search" not in row for row in found["entry"])
    top = composition(found)
    assert all(name in top for name in OF_COMPOSITION)
    assert top["type"]["coding"][0] == {
        "system": "http://loinc.org",
        "code": "60591-5",
        "display": "Patient summary Document",
    }
    by_name = {row["fullUrl"]: row["resource"] for row in found["entry"]}
    assert by_name[top["subject"]["reference"]]["id"] == patient
    assert all(by_name[one["reference"]]["resourceType"] in AUTHORS for one in top["author"])


@pytest.mark.parametrize("patient", ["a", "kosong"])
async def test_what_the_ips_asks_of_sections(full: Record, patient: str) -> None:
    found = await ask(full, f"Patient/{patient}/$summary")
    for one in composition(found)["section"]:
        assert one["title"]
        assert one["text"]["div"].startswith("<div")
        assert ("entry" in one) != ("emptyReason" in one)
    for code, (types, _) in REQUIRED.items():
        rows = entries(found, code)
        assert rows
        assert {row["resourceType"] for row in rows} <= types
    for code, types in RECOMMENDED.items():
        assert {row["resourceType"] for row in entries(found, code)} <= types
    assert {one.code for one in SECTIONS} == {*REQUIRED, *RECOMMENDED}


async def test_the_newest_of_each_and_only_what_counts(full: Record) -> None:
    found = await ask(full, "Patient/a/$summary")
    names = {code: [f"{one['resourceType']}/{one['id']}" for one in entries(found, code)] for code in EXPECTED}
    assert names == EXPECTED
    assert SECRET not in str(found)
    inside = {row["fullUrl"].removeprefix(f"{BASE}/") for row in found["entry"]}
    assert "Medication/obat" in inside, "what an entry needs comes along"


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("10160-0", ["Daftar obat / Medication summary", "Racikan", "3 x 1 sesudah makan", "Parasetamol", "Amlodipin"]),
        ("48765-2", ["Alergi", "Udang", "gatal"]),
        ("30954-2", ["12 g/dL", "2026-01-01", "Foto toraks", "Normal"]),
        ("8716-3", ["80 /min"]),
    ],
)
async def test_the_sections_as_text(full: Record, code: str, texts: list[str]) -> None:
    div = section(await ask(full, "Patient/a/$summary"), code)["text"]["div"]
    assert [text for text in texts if text not in div] == []


async def test_nothing_known_is_not_that_there_is_nothing(full: Record) -> None:
    found = await ask(full, "Patient/kosong/$summary")
    for code, (_, absent) in REQUIRED.items():
        (row,) = entries(found, code)
        about = row.get("code") or row["medicationCodeableConcept"]
        assert (about["coding"][0]["system"], about["coding"][0]["code"]) == (ABSENT, absent)
        assert (row.get("subject") or row["patient"]) == reference(f"{BASE}/Patient/kosong")
    for code in RECOMMENDED:
        assert section(found, code)["emptyReason"]["coding"][0]["code"] == "unavailable"


async def test_what_the_caller_may_not_see_is_withheld_not_unknown(resume_store: Store, full: Record) -> None:
    scope = "user/Patient.rs user/Condition.rs user/MedicationRequest.rs"
    found = await ask(Record(resume_store, bound("siti", "a", scope=scope), SITE), "Patient/a/$summary")
    assert problems(found) == []
    for code in ("48765-2", "11369-6", "47519-4", "8716-3"):
        assert section(found, code)["emptyReason"]["coding"][0]["code"] == "withheld"
        assert "Mungkin ada data lain" in section(found, code)["text"]["div"]
    assert len(entries(found, "10160-0")) == 2
    assert "Mungkin ada data lain" in section(found, "10160-0")["text"]["div"]
    assert "Mungkin" not in section(found, "11450-4")["text"]["div"]


async def test_the_same_for_the_same_data(own_charts: Record) -> None:
    one, same = [json_format.write(await ask(own_charts, "Patient/a/$summary")) for _ in range(2)]
    assert one == same
    await put(own_charts, allergy("udang", "Udang"))
    other = json_format.read(json_format.write(await ask(own_charts, "Patient/a/$summary")))
    assert other["identifier"] != json_format.read(one)["identifier"]
    assert other["entry"][0]["fullUrl"] == json_format.read(one)["entry"][0]["fullUrl"]


@pytest.mark.parametrize("text", ATTACKS)
async def test_no_value_gets_out_of_its_cell(own_charts: Record, text: str) -> None:
    await put(
        own_charts,
        allergy("x", text, reaction=[{"manifestation": [{"text": text}]}]),
        measured("y", "1", "2026-01-01", "laboratory", valueString=text),
        of(
            "MedicationRequest",
            "z",
            status="active",
            intent="order",
            medicationCodeableConcept={"text": text},
            dosageInstruction=[{"text": text}],
        ),
    )
    found = await ask(own_charts, "Patient/a/$summary")
    assert problems(found) == []
    divs = "".join(one["text"]["div"] for one in composition(found)["section"])
    for opening in ("<script", "<img", "<!", "<?"):
        assert opening not in divs


async def test_confidentiality_goes_with_what_is_in_it(own_charts: Record) -> None:
    label = {"system": f"{HL7}v3-Confidentiality", "code": "R"}
    await put(own_charts, allergy("x", "Udang", meta={"security": [label]}))
    assert (await ask(own_charts, "Patient/a/$summary"))["meta"]["security"] == [label]


async def test_by_identifier(resume_store: Store, full: Record) -> None:
    by_id = await ask(full, "Patient/kosong/$summary")
    assert await ask(full, "Patient/$summary?identifier=http://x|1") == by_id
    body = sent(identifier=("Identifier", {"system": "http://x", "value": "1"}))
    assert await ask(full, "Patient/$summary", body) == by_id
    siti = Record(resume_store, bound("siti", "a"), SITE)
    assert (await refused(siti, "Patient/$summary?identifier=http://x|1")).status == 404


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("Patient/$summary", 400),
        ("Patient/$summary?identifier=http://x|9", 404),
        ("Patient/$summary?identifier=http://x|2", 412),
        ("Patient/a/$summary?identifier=http://x|1", 400),
        ("Patient/a/$summary?profile=http://lain.example/profil", 400),
        ("Patient/tak-ada/$summary", 404),
    ],
)
async def test_refusals(full: Record, url: str, status: int) -> None:
    assert (await refused(full, url)).status == status


async def test_who_may_not_see_the_patient(resume_store: Store, full: Record) -> None:
    for caller, status in ((bound("budi", "b"), 404), (staff(), 403)):
        assert (await refused(Record(resume_store, caller, SITE), "Patient/a/$summary")).status == status
    own = await ask(Record(resume_store, bound("siti", "a"), SITE), "Patient/a/$summary")
    assert entries(own, "48765-2") == entries(await ask(full, "Patient/a/$summary"), "48765-2")
    ips = "http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips"
    assert await ask(full, f"Patient/a/$summary?profile={ips}") == await ask(full, "Patient/a/$summary")


async def test_plain_lists_for_who_draws_them_otherwise(full: Record) -> None:
    found = {one.section.code: [row["id"] for row in one.resources] for one in await gathered(full, "a", None)}
    assert found == {code: [url.partition("/")[2] for url in urls] for code, urls in EXPECTED.items()}


async def test_a_deleted_patient(own_charts: Record) -> None:
    await put(own_charts, person("c"))
    await own_charts.commit([Change.delete("Patient", "c")])
    assert (await refused(own_charts, "Patient/c/$summary")).status == 410
