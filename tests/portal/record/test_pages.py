"""The pages of the record for the person whose it is: right content in both languages, nothing of anybody else."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_server.messages import Resource
from resources.systems import KFA
from tests.portal.record.charts import (
    DAY,
    HOSTILE,
    Hospital,
    Person,
    coded,
    condition,
    encounter,
    icd,
    observation,
)
from tests.portal.world import World

PAGES = (
    "",
    "/results",
    "/vital-signs",
    "/medicines",
    "/allergies",
    "/immunizations",
    "/coming",
    "/documents",
)
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"
CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"


def no_html(page: str) -> bool:
    """Nothing of HOSTILE has become a part of the page."""
    return "<script>alert" not in page and "<img" not in page and "x&gt;49" not in page.split("<main")[1]


def allergy(id: str, name: str, **more: Any) -> Resource:
    active = {"coding": [{"system": CLINICAL, "code": "active"}]}
    return {"resourceType": "AllergyIntolerance", "id": id, "clinicalStatus": active, "code": {"text": name}, **more}


def medicine(id: str, name: str, **more: Any) -> Resource:
    found = {"resourceType": "MedicationRequest", "id": id, "status": "active", "intent": "order"}
    return {**found, "medicationCodeableConcept": coded(KFA, "93000000", name), "authoredOn": DAY.format(1), **more}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["id", "en"])
async def test_each_page_of_the_longest_record_is_there(world: World, path: str, language: str) -> None:
    page = await world.page(f"/record{path}?lang={language}", world.mother)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "None" not in page.text.split("<main")[1]


@pytest.mark.parametrize("path", PAGES)
async def test_each_page_of_an_empty_record_says_so(hospital: Hospital, path: str) -> None:
    person = await hospital.person()
    page = await person.page(path)
    assert page.status_code == 200
    assert 'class="empty"' in page.text or path == "/documents"


@pytest.mark.parametrize("path", [*PAGES, "/results/2160-0", "/visits/1"])
async def test_who_has_not_signed_in_is_led_to_sign_in(world: World, path: str) -> None:
    page = await world.page(f"/record{path}")
    assert page.status_code == 303
    assert page.headers["location"] == f"/auth/login?then=/portal/record{path}"


async def test_the_timeline_tells_plain_words_newest_first_and_what_was_cancelled(hospital: Hospital) -> None:
    person = await hospital.person()
    await person.has(
        encounter("1", 1),
        encounter("2", 2, status="cancelled"),
        encounter("3", 3, status="entered-in-error", serviceType={"text": "Poli Keliru"}),
        condition(person, "d1", "1", icd("E11.9", "Diabetes melitus tipe 2")),
        condition(person, "d2", "2", icd("X99", "Penyakit langka")),
    )
    page = (await person.page("")).text
    assert page.index("Penyakit langka") < page.index("Kencing manis tipe 2")
    assert '<span class="badge watch">Batal</span>' in page
    assert "Poli Keliru" not in page
    assert "Minggu, 1 Maret 2026" in page
    assert "Type 2 diabetes" in (await person.page("", "en")).text


async def test_long_lists_have_pages(hospital: Hospital) -> None:
    person = await hospital.person()
    await person.has(*(encounter(f"{place:02}", 1, serviceType={"text": f"Poli {place:02}"}) for place in range(25)))
    first = (await person.page("")).text
    assert first.count("/portal/record/visits/") == 20
    cursor = first.split('href="?page=')[1].split('"')[0]
    second = (await person.page(f"?page={cursor}")).text
    assert second.count("/portal/record/visits/") == 5
    told = first + second
    assert all(f"Poli {place:02}" in told for place in range(25))
    assert "Lebih lama" not in second
    assert (await person.page("?page=keliru")).status_code == 400


async def test_a_cursor_is_good_for_its_owner_only(hospital: Hospital) -> None:
    person, other = await hospital.person(), await hospital.person()
    await person.has(*(encounter(f"{place:02}") for place in range(21)))
    cursor = (await person.page("")).text.split('href="?page=')[1].split('"')[0]
    assert (await other.page(f"?page={cursor}")).status_code == 400


async def test_one_visit(hospital: Hospital) -> None:
    person = await hospital.person()
    history = [
        {"status": "arrived", "period": {"start": DAY.format(1)}},
        {"status": "in-progress", "period": {"start": DAY.format(1).replace("08:00", "08:25", 1)}},
    ]
    here = person.url("Encounter", "1")
    await person.has(
        encounter("1", 1, statusHistory=history),
        encounter("2", 2),
        condition(person, "d1", "1", icd("E11.9", "Diabetes melitus tipe 2")),
        condition(person, "d2", "2", icd("I10", "Hipertensi")),
        observation("o1", "2160-0", 9, encounter=here, referenceRange=[{"high": {"value": 1}}]),
        medicine(
            "m1",
            "Metformin 500 mg",
            encounter=here,
            dosageInstruction=[{"patientInstruction": "1 tablet sesudah makan"}],
        ),
    )
    page = (await person.page(f"/visits/{person.id}-1")).text
    for told in (
        "<strong>Kencing manis tipe 2: gula darah tinggi</strong>",
        "Kata dokter: Diabetes melitus tipe 2 · ICD-10 E11.9",
        "Tanyakan kepada dokter Anda",
        "08.25 WITA · menunggu 25 menit",
        "Seluruhnya 2 jam.",
        "Metformin 500 mg",
        "1 tablet sesudah makan",
        "di atas nilai rujukan",
        f"/portal/documents/resume-medis/{person.id}-1.pdf",
        f"/portal/documents/resep/{person.id}-1.pdf",
    ):
        assert told in page, told
    assert "Darah tinggi" not in page
    assert "above the reference range" in (await person.page(f"/visits/{person.id}-1", "en")).text


async def test_a_visit_of_another_one_or_none_or_an_error_are_the_same_page(hospital: Hospital) -> None:
    person, other = await hospital.person(), await hospital.person()
    await other.has(encounter("1"))
    await person.has(encounter("1", status="entered-in-error"))
    pages = [
        await person.page(f"/visits/{id}") for id in (f"{other.id}-1", "tidak-ada", f"{person.id}-1", "%3Cscript%3E")
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text.split("<main")[1].split("</main")[0] for page in pages}) == 1


async def test_results_in_words_and_over_time(hospital: Hospital) -> None:
    person = await hospital.person()
    fits = [{"low": {"value": 1}, "high": {"value": 5}}]
    await person.has(
        *(observation(str(day), "2160-0", day, day, referenceRange=fits) for day in (1, 4, 7)),
        observation("8", "2160-0", 88, 8, status="entered-in-error"),
        observation("9", "718-7", 12, 2, status="preliminary"),
    )
    page = (await person.page("/results")).text
    assert "7 mg/dL" in page
    assert "di atas nilai rujukan" in page
    assert "4 mg/dL" not in page
    assert "hasil sementara" in page
    one = (await person.page("/results/2160-0")).text
    assert "88 mg" not in one
    assert one.count('class="dot') == 3
    assert "Terendah 1, tertinggi 7. Naik dari 4 pada pengukuran sebelumnya." in one
    assert "<h1>Creatinine</h1>" in (await person.page("/results/2160-0", "en")).text


@pytest.mark.parametrize("code", ["9999-9", "%3Cscript%3E", "a" * 80, "1,2160-0", "http:"])
async def test_a_test_that_was_never_done(hospital: Hospital, code: str) -> None:
    person = await hospital.person()
    assert (await person.page(f"/results/{code}")).status_code == 404


async def test_medicines_now_and_before(hospital: Hospital) -> None:
    person = await hospital.person()

    def until(day: str) -> Resource:
        return {"validityPeriod": {"end": day}}

    await person.has(
        medicine("1", "Obat Sekarang", dispenseRequest=until("2099-01-01T00:00:00+08:00")),
        medicine("2", "Obat Habis", dispenseRequest=until("2026-03-02T00:00:00+08:00")),
        medicine("3", "Obat Selesai", status="completed"),
        medicine("4", "Obat Keliru", status="entered-in-error"),
        {"resourceType": "MedicationStatement", "id": "5", "status": "active", "effectiveDateTime": "2026-03-01"}
        | {"medicationCodeableConcept": {"text": "Jamu"}},
    )
    page = (await person.page("/medicines")).text
    now, before = page.split("Obat sebelumnya")
    assert "Obat Sekarang" in now
    assert "Jamu" in now
    assert "Obat Habis" not in now
    assert "Obat Habis" in before
    assert "Obat Selesai" in before
    assert "Obat Sekarang" not in before
    assert "Obat Keliru" not in page


async def test_allergies_are_seen_at_once(hospital: Hospital) -> None:
    person = await hospital.person()
    refuted = coded("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "refuted", "Refuted")
    over = {"coding": [{"system": CLINICAL, "code": "resolved"}]}
    await person.has(
        allergy("1", "Udang", reaction=[{"manifestation": [{"text": "Gatal"}], "severity": "mild"}]),
        allergy("2", "Penisilin", criticality="high"),
        allergy("3", "Kacang", verificationStatus=refuted),
        allergy("4", "Telur", clinicalStatus=over),
    )
    assert "<strong>Alergi: Penisilin, Udang.</strong>" in (await person.page("")).text
    page = (await person.page("/allergies")).text
    assert page.index("Penisilin") < page.index("bisa berbahaya") < page.index("Udang")
    assert "Gatal (ringan)" in page
    assert "Kacang" not in page
    assert page.index("Alergi yang sudah tidak ada") < page.index("Telur")


async def test_what_comes(hospital: Hospital) -> None:
    person = await hospital.person()
    actor = [{"actor": {"reference": f"Patient/{person.id}"}, "status": "accepted"}]
    follow_up = {"coding": [{"system": "http://snomed.info/sct", "code": "185389009"}]}
    asked = {"resourceType": "ServiceRequest", "id": "s", "status": "active", "intent": "order", "code": follow_up}
    plan = {"resourceType": "CarePlan", "id": "p", "status": "active", "intent": "plan", "title": "Rencana asuhan"}
    booked = {"start": "2099-03-02T08:00:00+08:00", "end": "2099-03-02T08:10:00+08:00", "participant": actor}
    await hospital.write(
        {"resourceType": "Appointment", "id": f"{person.id}-a", "status": "booked", **booked}
        | {"serviceType": [{"text": "Poli Uji"}]},
        {"resourceType": "Appointment", "id": f"{person.id}-b", "status": "cancelled", **booked}
        | {"serviceType": [{"text": "Poli Batal"}]},
    )
    await person.has({**asked, "patientInstruction": "Bawa hasil", "occurrenceDateTime": "2099-03-02"}, plan)
    page = (await person.page("/coming")).text
    assert "Senin, 2 Maret 2099, 08.00 WITA" in page
    assert "Poli Batal" not in page
    assert "Kontrol kembali" in page
    assert "Bawa hasil" in page
    assert "Rencana asuhan" in page
    assert 'href="/portal/schedule"' in page


async def test_immunizations(hospital: Hospital) -> None:
    person = await hospital.person()
    given = {"resourceType": "Immunization", "status": "completed", "occurrenceDateTime": "2026-03-01"}
    dose = [{"doseNumberPositiveInt": 2}]
    await person.has(
        {**given, "id": "1", "vaccineCode": {"text": "Campak"}, "protocolApplied": dose},
        {**given, "id": "2", "vaccineCode": {"text": "Polio"}, "status": "not-done"},
    )
    page = (await person.page("/immunizations")).text
    assert "Campak" in page
    assert "Dosis ke-2" in page
    assert "Polio" not in page


async def test_hostile_words_stay_words(hospital: Hospital) -> None:
    person = await hospital.person()
    await person.has(*_hostile(person))
    for path in ("", f"/visits/{person.id}-1", "/results", "/results/x-1", "/medicines", "/allergies", "/documents"):
        page = (await person.page(path)).text
        assert ESCAPED in page, path
        assert no_html(page), path
    for path in ("/immunizations", "/vital-signs"):
        assert no_html((await person.page(path)).text), path


def _hostile(person: Person) -> list[Resource]:
    here = person.url("Encounter", "1")
    doctor = [{"individual": {"display": HOSTILE}}]
    words = {"text": HOSTILE}
    named = {"coding": [{"system": "urn:uji", "code": "x-1"}], "text": HOSTILE}
    dose = [{"patientInstruction": HOSTILE}]
    vaccine = {"resourceType": "Immunization", "id": "i", "status": "completed", "occurrenceDateTime": "2026-03-01"}
    return [
        encounter("1", serviceType=words, participant=doctor),
        condition(person, "d", "1", icd("X99", HOSTILE)),
        {**observation("o", "x", 3, 1), "code": named, "encounter": here, "referenceRange": [words]},
        {**observation("p", "x", 4, 2), "code": named, "encounter": here, "referenceRange": [words]},
        medicine("m", HOSTILE, encounter=here, dosageInstruction=dose, requester={"display": HOSTILE}),
        allergy("a", HOSTILE, reaction=[{"manifestation": [words]}]),
        {**vaccine, "vaccineCode": words, "lotNumber": HOSTILE},
    ]


async def test_another_persons_record_is_seen_only_by_who_acts_for_her(world: World) -> None:
    own = await world.page("/record", world.mother)
    child = await world.page("/record", world.mother, patient=world.child)
    stranger = await world.page("/record", world.stranger, patient=world.child)
    first = child.text.split("/portal/record/visits/")[1].split('"')[0]
    assert first not in own.text
    assert first not in stranger.text
    path = f"/record/visits/{first}"
    assert (await world.page(path, world.mother, patient=world.child)).status_code == 200
    assert (await world.page(path, world.mother)).status_code == 404
    assert (await world.page(path, world.stranger, patient=world.child)).status_code == 404


async def test_titles_tell_the_kind_of_page_only(world: World) -> None:
    for path in ("", "/results", "/results/85354-9", "/vital-signs", "/medicines"):
        page = (await world.page(f"/record{path}", world.mother)).text
        title = page.split("<title>")[1].split("</title>")[0]
        assert title.split(" · ")[0] in ("Rekam medis", "Hasil pemeriksaan", "Satu pemeriksaan", "Tanda vital", "Obat")
