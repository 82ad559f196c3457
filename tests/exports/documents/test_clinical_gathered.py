"""The documents of the clinic as a caller is given them: what is read for them from the database is enough, and no more
than the caller may see."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

from auth.caller import SYSTEM, Caller
from auth.scopes import parse
from tests.exports import charts
from tests.exports.conftest import Counter, person

PATIENT = "pasien-000018"
ENOUGH = {
    f"Patient/{PATIENT}|ringkasan-pasien": (
        *("Azitromisin", "Penyakit ginjal kronik stadium 3", "Furosemide 40 mg Tablet", "150/84 mmHg", "Kreatinin"),
        *("Perjalanan Nilai", "Fisioterapi", "dr. Hairil Bengkirai, Sp.PD", "dan 3 kunjungan sebelumnya"),
    ),
    "DiagnosticReport/laporan-000018-023|hasil-laboratorium": (
        *("LAB-000018-023", "Poli Penyakit Dalam", "dr. Hairil Bengkirai, Sp.PD", "dr. Rusdi Mandau, Sp.PK", "Darah"),
        *("Hemoglobin", "12,0 – 16,0", "Perjalanan Hasil, 24 Bulan Terakhir", "SIP "),
    ),
    "Encounter/kunjungan-000018-017|resume-medis": (
        *("Suparman Kantan", "Tekanan darah", "Penyakit ginjal kronik", "Furosemide", "Cara keluar", "SIP "),
        *("Riwayat Alergi", "Azitromisin (reaksi: Gatal seluruh badan)"),
    ),
}


async def _text(counter: Counter, asked: str, caller: Caller, folder: Path) -> str:
    focus, document = asked.split("|")
    found = await counter.ask(f"{focus}/$pdf", caller, document=document)
    assert found.resource is not None
    return " ".join(charts.text_of(base64.b64decode(found.resource["data"]), folder).split())


async def test_all_that_belongs_on_them_is_read(counter: Counter, tmp_path: Path) -> None:
    await counter.fill(18)
    for asked, texts in ENOUGH.items():
        text = await _text(counter, asked, SYSTEM, tmp_path)
        assert [one for one in texts if one not in text] == []
    doctor = replace(person("dokter", PATIENT), scopes=parse("user/Patient.rs user/Encounter.rs user/Observation.rs"))
    text = await _text(counter, f"Patient/{PATIENT}|ringkasan-pasien", doctor, tmp_path)
    assert "150/84 mmHg" in text
    for withheld in ("Azitromisin", "Furosemide", "Fisioterapi", "N18.3"):
        assert withheld not in text


async def test_a_stay_and_its_bookings(counter: Counter, tmp_path: Path) -> None:
    await counter.fill(40)
    text = await _text(counter, "Encounter/kunjungan-000040-002|ringkasan-pulang", SYSTEM, tmp_path)
    wanted = ("JKN (BPJS Kesehatan)", "Kelas 3", "Bangsal", "NS1 dengue", "Membaik", "Ringer Lactate", "A91")
    assert [one for one in wanted if one not in text] == []
