"""AuditEvents in words that a patient understands."""

from __future__ import annotations

from typing import Any

import pytest

from exports.documents.accesses import OPERATIONS, access
from exports.units import Language
from fhir_server.audit.events import Event, Written
from fhir_server.audit.patterns import PATTERNS
from fhir_server.messages import Resource
from tests.exports import opened
from tests.exports.opened import DESK, DOCTOR, OWN, PATIENT, at, changed, looked

WHEN = at(20)


def event(what: str, path: str = "", **content: Any) -> Event:
    return Event(at=WHEN, what=what, path=path, **{"patients": (PATIENT,), **DOCTOR, **content})


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (looked(WHEN), "melihat hasil pemeriksaan"),
        (looked(WHEN, "MedicationRequest"), "melihat resep obat"),
        (looked(WHEN, "Basic"), "melihat rekam medis"),
        (event("search-system"), "melihat rekam medis"),
        (event("search-type", f"Patient/{PATIENT}/Condition"), "melihat diagnosis"),
        (event("read", f"Patient/{PATIENT}"), "melihat data diri"),
        (event("read", "Observation/x", version=3), "melihat hasil pemeriksaan"),
        (event("vread", "Observation/x/_history/3", version=3), "melihat riwayat perubahan hasil pemeriksaan"),
        (event("history-instance", "Encounter/x/_history"), "melihat riwayat perubahan data kunjungan"),
        (changed(WHEN, "create", "AllergyIntolerance"), "menambahkan catatan alergi"),
        (changed(WHEN, "update", "Condition"), "mengubah diagnosis"),
        (changed(WHEN, "delete", "DocumentReference"), "menghapus dokumen"),
        (
            event("$everything", f"Patient/{PATIENT}/$everything", query=(("_count", "10"),)),
            "melihat seluruh rekam medis",
        ),
        (
            event("$pdf", "Encounter/x/$pdf", query=(("document", "resume-medis"),)),
            "mencetak dokumen: resume medis",
        ),
        (event("$pdf", "Encounter/x/$pdf"), "membuka data kunjungan"),
        (event("$validate", "Condition/x/$validate"), "membuka diagnosis"),
        (event("read", f"Patient/{PATIENT}", status=403, reason="forbidden"), "mencoba melihat data diri – ditolak"),
        (event("read", f"Patient/{PATIENT}", status=503, reason="timeout"), "mencoba melihat data diri – gagal"),
        (
            event("break-glass-start", opened=(PATIENT,), note="tidak\nsadar"),
            "membuka rekam medis dalam keadaan darurat, alasan: tidak sadar",
        ),
        (event("break-glass-stop", note=""), "menutup rekam medis yang dibuka dalam keadaan darurat"),
        (event("consent-decision", note="denied"), "memutuskan izin bagi aplikasi, alasan: denied"),
        (event("login"), "masuk ke sistem"),
        (
            Event(
                at=WHEN,
                what="import",
                who="system",
                writes=(Written("create", "created", "Observation", "x", 1, (PATIENT,)),),
            ),
            "memasukkan data dari sistem lain",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_done(event: Event, words: str) -> None:
    assert _told(event).what == words


def _told(event: Event, language: Language = "id") -> Any:
    chart = opened.chart([event])
    (found,) = chart.of("AuditEvent")
    return access(found, chart, language)


@pytest.mark.parametrize(
    ("by", "who", "purpose"),
    [
        (DOCTOR, "dr. Kristina Bekantan, Sp.M (Dokter)", "Perawatan pasien"),
        (DESK, "loket.contoh (Pendaftaran)", "Administrasi rumah sakit"),
        (OWN, "Anda sendiri", "Permintaan pasien"),
        (
            {"who": "lain", "person": "Patient/pasien-000002", "role": "wali", "purpose": "PWATRNY"},
            "lain (Wali)",
            "Permintaan wali",
        ),
        ({"who": "x", "person": "Practitioner/tidak-terbaca", "role": "gizi"}, "x (gizi)", ""),
        ({"who": "sistem-lab", "client": "sistem-lab", "purpose": "HOPERAT"}, "sistem-lab", "Administrasi rumah sakit"),
        ({"who": "open"}, "open", ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_and_for_what(by: dict[str, Any], who: str, purpose: str) -> None:
    found = _told(looked(WHEN, **by))
    assert (found.who, found.purpose) == (who, purpose)
    assert not found.is_emergency
    assert f"{found.at:%d/%m/%Y %H.%M}" == "20/11/2026 09.00"


def test_an_emergency_is_told_from_its_first_moment_on() -> None:
    for event_of_it in (event("break-glass-start", note="gawat"), event("read", "Observation/x", opened=(PATIENT,))):
        assert _told(event_of_it).is_emergency
    assert _told(event("read", "Observation/x", opened=(PATIENT,))).purpose == "KEADAAN DARURAT"


def test_nothing_that_was_searched_for_is_told() -> None:
    found = _told(event("search-type", "Observation", query=(("code", "HIV"), ("patient", PATIENT))))
    assert found.what == "melihat hasil pemeriksaan"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (looked(WHEN), "looked at results"),
        (event("read", f"Patient/{PATIENT}", status=403), "tried, in vain: looked at personal data – refused"),
        (
            event("break-glass-start", opened=(PATIENT,), note="gawat"),
            "opened the record in an emergency, reason: gawat",
        ),
        (event("proxy-ended"), "ended the right of somebody to act for the patient"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_same_in_english(event: Event, words: str) -> None:
    found = _told(event, "en")
    assert (found.what, found.who) == (words, "dr. Kristina Bekantan, Sp.M (Doctor)")
    assert found.purpose in ("Care of the patient", "EMERGENCY")


@pytest.mark.parametrize(
    ("who", "role", "told"),
    [
        ("share:7", "tautan", "Pemegang tautan yang Anda bagikan"),
        ("anonymous", "umum", "Orang yang punya kode booking Anda"),
    ],
)
def test_who_came_without_an_account_is_told_so(who: str, role: str, told: str) -> None:
    assert _told(looked(WHEN, who=who, role=role, purpose="PATRQT")).who == told


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("what", sorted({*PATTERNS, *OPERATIONS}))
def test_each_kind_of_event_has_words(what: str, language: Language) -> None:
    found = _told(event(what, f"Patient/{PATIENT}"), language)
    assert found.what
    assert "$" not in found.what
    assert "Patient" not in found.what


@pytest.mark.parametrize(
    "content",
    [{"agent": []}, {"agent": [{"who": {}}]}, {"entity": []}, {"entity": [{}]}, {"subtype": []}, {"type": {}}],
)
def test_an_event_with_less_is_told_as_far_as_it_goes(content: Resource) -> None:
    chart = opened.chart([looked(WHEN)])
    (found,) = chart.of("AuditEvent")
    told = access({**found, **content}, chart)
    assert told.who
    assert told.what.startswith(("melihat", "membuka"))
