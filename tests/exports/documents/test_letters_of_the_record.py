"""Letters as they are asked for: what each gathers is enough for it, and what the caller may not see is not on it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from auth.caller import SYSTEM, Caller
from fhir_server.errors import InvalidParameter, NotFound
from tests.exports import charts
from tests.exports.conftest import Counter, person
from tests.exports.documents.pages import Page

DOCTOR = person(
    "dokter", "pasien-000006", "pasien-000018", "pasien-000011", "pasien-000005", id="Practitioner/nakes-002"
)
CLERK = person("pendaftaran", id="Practitioner/nakes-026")
VISIT = "Encounter/kunjungan-000006-001"


async def page(counter: Counter, folder: Path, path: str, caller: Caller = SYSTEM, **values: str) -> Page:
    found = await counter.ask(f"{path}/$pdf", caller, **values)
    assert found.resource is not None
    text = charts.text_of(base64.b64decode(found.resource["data"]), folder, layout=True)
    return Page(tuple(" ".join(line.split()) for line in text.splitlines() if line.strip()))


async def test_each_letter_finds_what_belongs_on_it(counter: Counter, tmp_path: Path) -> None:
    await counter.fill(5, 6, 11, 18)

    async def asked(document: str, path: str, **values: str) -> Page:
        return await page(counter, tmp_path, path, DOCTOR, document=document, **values)

    ill = await asked("surat-sakit", VISIT, days="3", diagnosis="yes")
    assert ill.inorder("Jamilah Bengkirai", "Hipertensi (I10)", "3 (tiga) hari", "dr. Hairil Bengkirai", "SIP 99/002")
    well = await asked("surat-sehat", VISIT, result="sehat")
    assert well.inorder("64,6 kg", "159/92 mmHg", "SEHAT", "SIP 99/002")
    again = await asked("surat-kontrol", "Appointment/janji-000006-010")
    assert again.inorder("0009900000006", "Diabetes melitus tipe 2 (E11.9)", "dr. Hairil Bengkirai", "SIP 99/002")
    sent = await asked("surat-rujukan", "ServiceRequest/rujukan-000018-001")
    assert sent.inorder(
        "di RSUD Seribu Rawa (contoh)",
        "0009900000018",
        "Tekanan darah 150/84 mmHg",
        "Kreatinin 2,79",
        "N18.3",
        "Furosemide",
        "Evaluasi",
        "SIP 99/003",
    )
    taken_in = await asked("persetujuan-umum", "Patient/pasien-000005")
    assert taken_in.inorder("Sabran Enggang", "Ayah", "Aqila Tanjung", "0009900000005")
    operated = await asked("persetujuan-tindakan", "ServiceRequest/operasi-000011-001")
    assert operated.inorder("Hernia inguinalis (K40.9)", "Herniotomi (53.00)", "SIP 99/008", "Hairil Keruing")


async def test_who_may_not_see_diagnoses_gets_the_letter_without_one(counter: Counter, tmp_path: Path) -> None:
    await counter.fill(6)
    letter = await page(counter, tmp_path, VISIT, CLERK, document="surat-sakit", days="3")
    assert letter.inorder("Jamilah Bengkirai", "3 (tiga) hari")
    with pytest.raises(NotFound, match="No diagnosis"):
        await counter.ask(f"{VISIT}/$pdf", CLERK, document="surat-sakit", days="3", diagnosis="yes")
    again = await page(counter, tmp_path, "Appointment/janji-000006-010", CLERK, document="surat-kontrol")
    assert "Diabetes" not in again.text
    assert again.row("No. kartu BPJS") == "0009900000006"


async def test_another_doctor_s_patient_is_not_there(counter: Counter) -> None:
    await counter.fill(6)
    stranger = person("dokter", "pasien-000099")
    with pytest.raises(NotFound):
        await counter.ask(f"{VISIT}/$pdf", stranger, document="surat-sakit", days="3")


async def test_what_cannot_be_is_named_to_whoever_asks(counter: Counter) -> None:
    await counter.fill(6)
    with pytest.raises(InvalidParameter) as refused:
        await counter.ask(f"{VISIT}/$pdf", DOCTOR, document="surat-sakit", days="0")
    assert refused.value.issues[0].expression == "days"
    assert refused.value.issues[0].text.id == "days adalah bilangan bulat dari 1 sampai 30."
