"""Small papers, prescriptions and the history of accesses as a caller is given them, from the database."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from auth.caller import SYSTEM, Caller
from auth.scopes import parse
from fhir_server.audit.projection import document
from fhir_server.errors import Forbidden, InvalidParameter, NotFound
from tests.exports import charts, opened, reception
from tests.exports.conftest import SITE, Counter, person
from tests.exports.opened import PATIENT, at, looked
from tests.exports.reception import APPOINTMENT, CODE, ENCOUNTER, TASK

ENOUGH = {
    f"{TASK}|tiket-antrean": ("A-12", "Ruang Poli Penyakit Dalam", "dr. Lejau Meranti, Sp.PD", "08.45 WITA", CODE),
    f"{APPOINTMENT}|tiket-booking": ("A-12", "Poli Penyakit Dalam", "dr. Lejau Meranti, Sp.PD", CODE),
    f"{ENCOUNTER}|bukti-pendaftaran": ("A-12", "Sabran Enggang", "dr. Lejau Meranti, Sp.PD", "Umum (mandiri)", CODE),
    f"Patient/{PATIENT}|kartu-berobat": ("00-00-01", "Sabran Enggang"),
    f"Patient/{PATIENT}|label-pasien": ("00-00-01", "Sabran Enggang"),
    "Patient/pasien-000007|gelang-pasien": ("00-00-07", "ALERGI", "Ibuprofen"),
    "Encounter/kunjungan-000006-002|resep": ("Metformin HCl 500 mg Tablet", "S 2 dd tab 1 p.c.", "64,8 kg", "SIP 99/"),
    "Encounter/kunjungan-000006-002|etiket": ("Metformin HCl 500 mg Tablet", "1 tablet 2 kali sehari, sesudah makan"),
}


async def text_of(counter: Counter, asked: str, folder: Path, caller: Caller = SYSTEM, **options: str) -> str:
    focus, name = asked.split("|")
    found = await counter.ask(f"{focus}/$pdf", caller, document=name, **options)
    assert found.resource is not None
    return " ".join(charts.text_of(base64.b64decode(found.resource["data"]), folder).split())


@pytest.fixture
async def filled(counter: Counter) -> Counter:
    await counter.fill(1, 6, 7)
    made = reception.checked_in(1, TASK).resources
    for name in (APPOINTMENT, ENCOUNTER, TASK):
        await counter.put({key: value for key, value in made[name].items() if key != "meta"})
    return counter


async def test_all_that_belongs_on_them_is_read(filled: Counter, tmp_path: Path) -> None:
    for asked, texts in ENOUGH.items():
        text = await text_of(filled, asked, tmp_path)
        assert [one for one in texts if one not in text] == [], asked
    copy = await text_of(filled, "Encounter/kunjungan-000006-002|resep", tmp_path, copy="yes")
    assert "(enam puluh) det" in copy
    assert "apt. " in copy


async def test_everybody_gets_what_they_may_see(filled: Counter, tmp_path: Path) -> None:
    for asked in ENOUGH:
        focus, name = asked.split("|")
        with pytest.raises(NotFound):
            await filled.ask(f"{focus}/$pdf", person("dokter", "pasien-000099"), document=name)
    desk = person("pendaftaran")
    for asked in (f"{TASK}|tiket-antrean", f"{ENCOUNTER}|bukti-pendaftaran", f"Patient/{PATIENT}|kartu-berobat"):
        assert await text_of(filled, asked, tmp_path, desk)
    band = await text_of(filled, "Patient/pasien-000007|gelang-pasien", tmp_path, desk)
    assert "Ibuprofen" not in band
    assert "Alergi: ……" in band


@pytest.fixture
async def told(counter: Counter) -> Counter:
    """Two patients, and AuditEvents of both."""
    kept = {
        name: one for number in (1, 6) for name, one in charts.record(number).items() if name.startswith("Patient/")
    }
    people = (charts.house()[name] for name in ("Organization/org-rsud", "Practitioner/nakes-013"))
    await counter.put(*people, *({key: part for key, part in one.items() if key != "meta"} for one in kept.values()))
    events = [looked(at(20)), looked(at(20, month=3)), looked(at(20, year=2024), "Condition")]
    made = opened.of(*events)
    other = opened.of(structs.replace(looked(at(21)), patients=("pasien-000006",)))
    documents = [document({**one, "id": f"3-{number}"}, SITE) for number, one in enumerate([*made, *other])]
    await counter.store.audit_trail().keep("AuditEvent", documents)
    return counter


HISTORY = f"Patient/{PATIENT}|riwayat-akses"


async def test_a_patient_sees_who_looked(told: Counter, tmp_path: Path) -> None:
    own = person("pasien", PATIENT, id=f"Patient/{PATIENT}")
    text = await text_of(told, HISTORY, tmp_path, own)
    assert "24 November 2025 sampai 24 November 2026" in text
    assert "2 kali, oleh 1 orang atau sistem" in text
    assert "dr. Kristina Bekantan, Sp.M" in text
    everything = await text_of(told, HISTORY, tmp_path, own, **{"from": "2024-01-01"})
    assert "3 kali, oleh 1 orang atau sistem" in everything
    with pytest.raises(NotFound):
        await told.ask("Patient/pasien-000006/$pdf", own, document="riwayat-akses")
    with pytest.raises(InvalidParameter):
        await told.ask(f"Patient/{PATIENT}/$pdf", own, document="riwayat-akses", to="besok")


async def test_who_may_not_see_accesses_gets_no_list_that_says_there_are_none(told: Counter) -> None:
    limited = replace(person("pasien", PATIENT, id=f"Patient/{PATIENT}"), scopes=parse("user/Patient.rs"))
    for caller in (person("dokter", PATIENT), limited):
        with pytest.raises(Forbidden):
            await told.ask(f"Patient/{PATIENT}/$pdf", caller, document="riwayat-akses")


async def test_what_is_issued_holds_the_period_that_was_asked(told: Counter, tmp_path: Path) -> None:
    issued = await told.ask(f"Patient/{PATIENT}/$issue", document="riwayat-akses", to="2026-04-01")
    assert issued.resource is not None
    id = issued.resource["content"][0]["attachment"]["url"].removeprefix("Binary/")
    content = base64.b64decode((await told.record().read("Binary", id))["resource"]["data"])
    assert "1 April 2025 sampai 1 April 2026" in " ".join(charts.text_of(content, tmp_path).split())
