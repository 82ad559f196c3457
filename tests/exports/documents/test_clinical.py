"""What holds for each document of the clinic, whoever the patient is and whatever may not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from exports import saying, wording
from exports.chart import Chart
from exports.documents import hasil_laboratorium, resume_medis, ringkasan_pasien, ringkasan_pulang
from exports.making import Kind, Making
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.documents.pages import changed, printed
from tests.exports.samples import SAMPLES

KINDS = {kind.code: kind for kind in (one.KIND for one in (resume_medis, ringkasan_pulang, ringkasan_pasien))}
KINDS[hasil_laboratorium.KIND.code] = hasil_laboratorium.KIND
STAYS, VISITS = ("IMP",), ("AMB", "EMER")


def _is_of(classes: tuple[str, ...], one: Resource) -> bool:
    return one["class"]["code"] in classes


def _focuses() -> Iterator[tuple[str, int, str]]:
    for code, classes, patients in (("resume-medis", VISITS, range(1, 5)), ("ringkasan-pulang", STAYS, range(1, 38))):
        found = charts.focuses("Encounter", patients, where=partial(_is_of, classes))
        yield from ((code, number, focus) for number, focus in list(found)[:5])
    reports = charts.focuses("DiagnosticReport", range(20, 22))
    yield from (("hasil-laboratorium", number, focus) for number, focus in list(reports)[:5])
    yield from (("ringkasan-pasien", number, f"Patient/pasien-{number:06d}") for number in (5, 20))


@pytest.mark.parametrize(("code", "number", "focus"), list(_focuses()))
def test_it_is_a_sound_file_about_this_patient_alone(code: str, number: int, focus: str, tmp_path: Path) -> None:
    neighbour = charts.record(number + 1)
    chart = charts.chart(number, focus)
    making = charts.making(replace(chart, resources={**chart.resources, **neighbour}))
    content = charts.drawn(KINDS[code].sheet(making))
    assert "No syntax or stream encoding errors found" in charts.checked(content, tmp_path)
    assert {row[-5] for row in charts.fonts_of(content, tmp_path)} == {"yes"}
    text = " ".join(charts.text_of(content, tmp_path).split())
    patient, other = chart.patient, neighbour[f"Patient/pasien-{number + 1:06d}"]
    assert saying.name(patient) in text
    assert wording.record_number(saying.record_number(patient)) in text
    assert saying.name(other) not in text
    assert wording.record_number(saying.record_number(other)) not in text
    assert saying.identifier(patient, "https://fhir.kemkes.go.id/id/nik") not in text


@pytest.mark.parametrize("code", sorted(KINDS))
def test_what_may_not_be_read_is_not_there_and_nothing_breaks(code: str, tmp_path: Path) -> None:
    sample = SAMPLES[code]()
    focus, patient = sample.chart.focus, sample.chart.patient_name
    bare = Chart(focus, {focus: sample.chart.about, patient: sample.chart.patient})
    page = printed(KINDS[code], replace(sample, chart=bare), tmp_path)
    assert page.lines


@pytest.mark.parametrize("code", sorted({*KINDS} - {"ringkasan-pasien"}))
def test_without_its_patient_there_is_no_document(code: str) -> None:
    sample = SAMPLES[code]()
    alone = Chart(sample.chart.focus, {sample.chart.focus: sample.chart.about})
    with pytest.raises(NotFound):
        KINDS[code].sheet(replace(sample, chart=alone))


NAMES: tuple[list[Resource], ...] = (
    [{"text": "Suparno"}],
    [{"given": ["Bartholomeus", "Emanuel", "Aloysius"], "family": "Wirjoatmodjo-Kartosoewirjo Hadiningrat"}],
    [{"text": "محمد علي"}],
)


@pytest.mark.parametrize("code", sorted(KINDS))
@pytest.mark.parametrize("name", range(len(NAMES)))
def test_unusual_people(code: str, name: int, tmp_path: Path) -> None:
    sample = SAMPLES[code]()
    street = {"line": ["Perumahan Griya Mahakam Permai Asri Blok CC-12 Nomor 145, belakang masjid Al-Ikhlas"]}
    address = [{**street, "city": "Kutai Kartanegara", "state": "Kalimantan Timur"}]
    making = changed(sample, sample.chart.patient_name, name=NAMES[name], birthDate=None, address=address, gender=None)
    page = printed(KINDS[code], making, tmp_path)
    if NAMES[name][0].get("text", "").isascii():
        assert saying.name(making.chart.patient).split()[0] in page.text
    assert "Griya Mahakam" in page.text or code == "hasil-laboratorium"


def _without_doctor(making: Making) -> Making:
    return changed(making, making.chart.focus, participant=None, performer=None)


@pytest.mark.parametrize("code", ["resume-medis", "ringkasan-pulang", "hasil-laboratorium"])
def test_without_a_doctor_a_line_waits_for_the_name(code: str, tmp_path: Path) -> None:
    kind: Kind = KINDS[code]
    page = printed(kind, _without_doctor(SAMPLES[code]()), tmp_path)
    assert "Penanggung Jawab" in page.text
