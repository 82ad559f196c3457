"""Surat rujukan: what is asked of another hospital for a patient, with what is known; and the form for its answer."""

from __future__ import annotations

from collections.abc import Iterable

from exports import composition, describing, results, saying, wording
from exports.chart import Chart, name_of, when
from exports.documents import letters
from exports.gathering import Further, of_patient
from exports.making import Kind, Making, signature
from exports.sheet import Block, Fields, Heading, Lines, Paragraph, Sheet, Signature, Signatures, Space, Together
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from resources.issues import Text

REFERRALS = {"3457005", "306206005"}
"""SNOMED CT: patient referral, referral to service."""

CLOSING = "Demikian, atas kerja sama dan bantuan Rekan Sejawat kami ucapkan terima kasih."
COMPLAINTS = ("chief-complaint", "additional-complaint", "previous-condition", "problem-list-item")
ANSWERS = ("Diagnosis", "Pemeriksaan dan tindakan yang telah dilakukan", "Terapi yang diberikan", "Saran tindak lanjut")

FOLLOWS = ("Kontrol kembali ke perujuk", "Perlu dirawat inap", "Konsultasi selesai")


def sheet(making: Making) -> Sheet:
    """Raises NotFound for a request that is no referral to somebody else."""
    chart, request = making.chart, making.chart.about
    is_control = describing.FOLLOW_UP in composition.categories(request, "code")
    if is_control or not composition.categories(request) & REFERRALS:
        raise NotFound(Text("This request is no referral.", "Permintaan ini bukan rujukan."))
    visit = letters.of_visit(chart, visit_of(chart))
    (doctor,) = _signers(chart)
    card = letters.card_number(chart)
    blocks: list[Block] = [
        Paragraph("\n".join(_addressee(chart))),
        Space(2),
        Paragraph("Dengan hormat,\nMohon pemeriksaan dan penanganan lebih lanjut terhadap pasien:"),
        Fields(letters.identity(making, *((("No. BPJS Kesehatan", card),) if card else ()))),
        Fields(tuple((label, value or letters.to_fill(making)) for label, value in _history(visit, request))),
        Paragraph(CLOSING),
        Signatures((signature(making, doctor, "Dokter yang merujuk"),)),
        Together(tuple(_reply(making, doctor))),
    ]
    return letters.drawn_up(KIND, making, blocks)


def visit_of(chart: Chart) -> str:
    """Encounter/id of the visit from which somebody is referred, or nothing."""
    return name_of(chart.about.get("encounter"), chart.base)


def _addressee(chart: Chart) -> tuple[str, ...]:
    """Whoever is asked: a person by name, else a specialist; in which hospital."""
    request = chart.about
    asked = [(chart.get(one), one) for one in request.get("performer", ())]
    places = [saying.name(found) if found else str(one.get("display", "")) for found, one in asked if _is_place(one)]
    people = [saying.name(found) for _, one in asked if (found := letters.person(chart, one)) is not None]
    kind = saying.concept(request.get("performerType"))
    specialist = f"Rekan Sejawat Dokter Spesialis {kind}" if kind != wording.DASH else "Rekan Sejawat Dokter"
    return ("Kepada Yth.", people[0] if people else specialist, *(f"di {place}" for place in places[:1] if place))


def _is_place(reference: Resource) -> bool:
    return name_of(reference).startswith(("Organization/", "HealthcareService/", "Location/"))


def _history(visit: Chart, request: Resource) -> Iterable[tuple[str, str]]:
    """a to f, as the form has them."""
    found = visit.focus in visit.resources
    yield "a. Anamnesis", _anamnesis(visit) if found else ""
    yield "b. Pemeriksaan fisik", _examination(visit) if found else ""
    yield (
        "c. Penunjang",
        _lines(_report(one, visit) for one in composition.current(visit, "DiagnosticReport")),
    )
    yield "d. Diagnosa", _lines(letters.diagnosis(one) for one in _diagnoses(visit, request))
    yield "e. Terapi dan tindakan", _lines(_given(visit)) if found else ""
    yield "f. Alasan dirujuk", _lines(_reasons(request))


def _anamnesis(visit: Chart) -> str:
    told = [one for code in COMPLAINTS for one in composition.of_category("Condition", code)(visit)]
    allergies = [describing.line(one, visit) for one in composition.current(visit, "AllergyIntolerance")]
    impressions = composition.current(visit, "ClinicalImpression")
    lines = [describing.line(one, visit) for one in (*told, *impressions)]
    return _lines([*lines, f"Alergi: {'; '.join(allergies)}" if allergies else ""])


def _examination(visit: Chart) -> str:
    vital = [one for one in composition.of_category("Observation", "vital-signs")(visit) if "encounter" in one]
    sets = list(results.signs_by_time(vital, visit))
    signs = "; ".join(f"{name.casefold()} {value}" for name, value in sets[-1][1].items()) if sets else ""
    exams = composition.of_category("Observation", "exam")(visit)
    return _lines([signs[:1].upper() + signs[1:], *(describing.line(one, visit) for one in exams)])


def _report(report: Resource, visit: Chart) -> str:
    """Darah lengkap, 4 Februari 2025: hemoglobin 9,8 g/dL (L); … Kesimpulan: …"""
    day = visit.day(report.get("issued") or when(report))
    values = results.signs(visit.all(report.get("result", ())), visit)
    told = "; ".join(f"{name} {value}" for name, value in values.items())
    title = saying.concept(report.get("code")) + (f", {wording.long_date(day)}" if day else "")
    conclusion = report.get("conclusion")
    return (f"{title}: {told}" if told else title) + (f". Kesimpulan: {conclusion}" if conclusion else "")


def _diagnoses(visit: Chart, request: Resource) -> list[Resource]:
    """Those of the visit; else those that the request itself gives as its reason."""
    return letters.diagnoses(visit) or visit.all(request.get("reasonReference", ()))


def _given(visit: Chart) -> list[str]:
    done = [one for type in ("Procedure", "MedicationRequest") for one in composition.current(visit, type)]
    return [describing.line(one, visit) for one in done]


def _reasons(request: Resource) -> list[str]:
    reasons = [saying.concept(one) for one in request.get("reasonCode", ())]
    notes = [str(note.get("text", "")) for note in request.get("note", ())]
    asked = str(request.get("code", {}).get("text") or "")
    return [asked, *reasons, *notes]


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _reply(making: Making, doctor: Resource | None) -> Iterable[Block]:
    """Rujukan balik, which whoever has treated the patient fills in."""
    patient = making.chart.patient
    yield Heading("Surat Rujukan Balik")
    yield Fields(
        (("Kepada Yth.", f"{saying.name(doctor)}, {making.letterhead.name}" if doctor else making.letterhead.name),)
    )
    yield Paragraph("Bersama ini kami kirimkan kembali pasien:")
    number = wording.record_number(saying.record_number(patient))
    yield Fields(
        (
            ("Nama / No. RM", " / ".join(part for part in (saying.name(patient), number) if part)),
            ("Tanggal masuk", ""),
            ("Tanggal keluar", ""),
        )
    )
    for answer in ANSWERS:
        yield Paragraph(f"{answer} :")
        yield Lines(2 if answer != ANSWERS[0] else 1)
    yield Paragraph("\n".join(f"{letters.BOX} {follows}" for follows in FOLLOWS))
    yield Signatures((Signature((letters.PLACE_AND_DATE, "Dokter yang menerima rujukan"), "", ("SIP",)),))


def _signers(chart: Chart) -> tuple[Resource | None]:
    """Who asks for it, else who was in charge of the visit."""
    encounter = chart.resources.get(visit_of(chart), {})
    return (letters.person(chart, chart.about.get("requester"), composition.attending(encounter)),)


KIND = Kind(
    "surat-rujukan",
    Text("Referral letter", "Surat Rujukan"),
    "ServiceRequest",
    (
        letters.DOCTORS,
        *letters.about_visit(visit_of, *"Condition Observation DiagnosticReport Procedure MedicationRequest".split()),
        *letters.about_visit(visit_of, "ClinicalImpression"),
        Further("AllergyIntolerance", of_patient("patient")),
        Further("Coverage", of_patient("beneficiary")),
    ),
    sheet,
    number=("SR", "YANMED"),
    coding=("57133-1", "Referral note"),
    signers=_signers,
    also=("Observation", "Condition"),
)
