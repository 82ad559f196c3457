"""Surat keterangan sakit: days in figures and words, from and to; the diagnosis only where it is asked for."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import wording
from exports.documents.surat_sakit import KIND, sheet
from exports.making import Making
from exports.sheet import Paragraph
from fhir_server.errors import InvalidParameter, NotFound
from tests.exports import charts
from tests.exports.documents.pages import asked, changed, printed, without

VISIT = "Encounter/kunjungan-000006-001"
DAY = date(2025, 2, 4)
VISITS = [(number, f"Encounter/kunjungan-{number:06d}-001") for number in (1, 11, 21)]


def making(**options: str) -> Making:
    return charts.making(charts.chart(6, VISIT), **options)


def finding(of: Making) -> str:
    """The sentence that says for how long."""
    (found,) = (one.text for one in sheet(of).blocks if isinstance(one, Paragraph) and one.text.startswith("Berdasar"))
    return found


@pytest.mark.parametrize(("number", "focus"), VISITS)
def test_what_the_record_knows_is_on_it_in_the_order_of_the_form(number: int, focus: str, tmp_path: Path) -> None:
    chart = charts.chart(number, focus)
    page = printed(KIND, charts.making(chart, days="5", paper="a4"), tmp_path)
    patient, doctor = chart.patient, chart.get(chart.about["participant"][0]["individual"])
    assert doctor is not None
    born, day = date.fromisoformat(patient["birthDate"]), chart.day(chart.about["period"]["start"])
    assert day is not None
    last = day + timedelta(days=4)
    assert page.inorder(
        "SURAT KETERANGAN SAKIT Nomor : 12/SKS/YANMED/XI/2026",
        f"Nama : {patient['name'][0]['text']}",
        f"No. RM : {wording.record_number(f'{number:06d}')}",
        f"Tempat, tanggal lahir : {patient['extension'][0]['valueAddress']['city']}, {wording.long_date(born)} (",
        f"Jenis kelamin : {wording.gender(patient['gender'])}",
        f"Alamat : {patient['address'][0]['line'][0]}",
        f"pada tanggal {wording.long_date(day)}, yang bersangkutan dalam keadaan sakit dan perlu istirahat selama",
        "5 (lima) hari, terhitung mulai tanggal",
        f"{wording.long_date(day)} sampai dengan tanggal {wording.long_date(last)}.",
        "Muara Badak, 24 November 2026",
        "Dokter yang memeriksa",
        doctor["name"][0]["text"],
        "SIP 99/",
    )
    for found in chart.of("Condition"):
        assert found["code"]["text"] not in page.text


def test_the_diagnosis_is_told_only_where_it_is_asked_for() -> None:
    assert "diagnosis" not in finding(making(days="3"))
    assert finding(making(days="3", diagnosis="no")) == finding(making(days="3"))
    told = "sakit dengan diagnosis Diabetes melitus tipe 2 (E11.9), Hipertensi (I10) dan perlu istirahat"
    assert told in finding(making(days="3", diagnosis="yes"))


def test_a_diagnosis_that_is_asked_for_and_cannot_be_read_is_a_refusal() -> None:
    with pytest.raises(NotFound) as refused:
        sheet(without(making(days="3", diagnosis="yes"), "Condition"))
    assert refused.value.issues[0].expression == "diagnosis"
    assert sheet(without(making(days="3"), "Condition"))


@given(days=st.integers(1, 30), later=st.integers(0, 30))
def test_the_rest_is_as_long_as_the_words_say(days: int, later: int) -> None:
    first = DAY + timedelta(days=later)
    told = finding(making(days=str(days), **{"from": first.isoformat()}))
    last = first + timedelta(days=days - 1)
    assert f"selama {days} ({wording.in_words(days)}) hari" in told
    assert f"mulai tanggal {wording.long_date(first)} sampai dengan tanggal {wording.long_date(last)}." in told


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({}, "days"),
        ({"days": "0"}, "days"),
        ({"days": "31"}, "days"),
        ({"days": "tiga"}, "days"),
        ({"days": "3", "from": "2025-02-03"}, "from"),
        ({"days": "3", "from": "2025-03-07"}, "from"),
        ({"days": "3", "from": "kemarin"}, "from"),
        ({"days": "3", "diagnosis": "ya"}, "diagnosis"),
        ({"days": "3", "paper": "f4"}, "paper"),
        ({"days": "3", "occupation": "x" * 201}, "occupation"),
    ],
)
def test_what_cannot_be_is_refused_by_name(sent: dict[str, str], named: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        sheet(making(**sent))
    assert refused.value.issues[0].expression == named


def test_a_visit_that_was_not_held_is_refused() -> None:
    with pytest.raises(NotFound):
        sheet(changed(making(days="3"), VISIT, status="cancelled"))


def test_the_occupation_is_as_asked_for_or_as_last_told(tmp_path: Path) -> None:
    plain = making(days="3")
    assert not printed(KIND, plain, tmp_path).has("Pekerjaan")
    coded = {"coding": [{"system": "http://loinc.org", "code": "11341-5"}]}
    patient = {"reference": "Patient/pasien-000006"}
    told = changed(
        plain,
        "Observation/kerja",
        resourceType="Observation",
        id="kerja",
        code=coded,
        subject=patient,
        valueString="Guru",
    )
    assert printed(KIND, told, tmp_path).row("Pekerjaan") == "Guru"
    assert printed(KIND, asked(told, days="3", occupation="Petani"), tmp_path).row("Pekerjaan") == "Petani"
    stranger = changed(told, "Observation/kerja", subject={"reference": "Patient/pasien-000007"})
    assert not printed(KIND, stranger, tmp_path).has("Pekerjaan")


def test_without_a_doctor_there_is_a_line_for_the_name(tmp_path: Path) -> None:
    page = printed(KIND, changed(making(days="3"), VISIT, participant=None), tmp_path)
    assert "Dokter yang memeriksa" in page.lines
    assert "SIP" not in page.text
