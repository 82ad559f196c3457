"""Surat rencana kontrol: when and where a patient is to come again, as BPJS Kesehatan asks for it."""

from __future__ import annotations

from datetime import timedelta

from exports import composition, options, saying, wording
from exports.chart import Chart, name_of
from exports.documents import letters
from exports.gathering import Further, of_patient
from exports.making import Kind, Making, signature
from exports.sheet import Beside, Block, Code, Fields, Paragraph, Sheet, Signatures, Space
from fhir_server.errors import NotFound
from fhir_server.messages import Parameters, Resource
from resources.extensions import values
from resources.issues import Text
from resources.systems import BOOKING, BOOKING_PREFIX, SEP_PREFIX

PLANNED = ("proposed", "pending", "booked")
BACK = timedelta(days=365)
"""How long before the appointment the visit may be that it follows."""

BRING = "Bawalah surat ini, kartu identitas, dan kartu peserta pada hari kontrol."
SHOW = "Tunjukkan kode ini di anjungan atau loket pendaftaran."


def sheet(making: Making) -> Sheet:
    """Raises NotFound for an appointment that is not to come."""
    chart, appointment = making.chart, making.chart.about
    if appointment.get("status") not in PLANNED:
        raise NotFound(Text("This appointment is not to come.", "Janji temu ini tidak sedang direncanakan."))
    visit = last_visit(chart)
    encounter = chart.resources.get(visit, {})
    (doctor,) = _signers(chart)
    blocks: list[Block] = [
        Fields((("Tanggal surat", wording.long_date(making.today)), *_insured(making, encounter))),
        Fields(letters.identity(making)),
        Paragraph("Pasien tersebut di atas direncanakan untuk kontrol kembali:"),
        Fields(_plan(making, letters.of_visit(chart, visit))),
        *_advice(appointment),
        Signatures((signature(making, doctor, "Dokter Penanggung Jawab Pelayanan"),)),
    ]
    return letters.drawn_up(KIND, making, blocks)


def _insured(making: Making, encounter: Resource) -> tuple[tuple[str, str], ...]:
    """Of a member of the national health insurance."""
    card = letters.card_number(making.chart)
    if not card:
        return ()
    referral = str(values(making.chart.about, BOOKING).get("referral") or "")
    sep = options.words(making.options, "sep") or saying.identifier(encounter, SEP_PREFIX) or letters.to_fill(making)
    return (("No. SEP", sep), ("No. kartu BPJS", card), *((("No. rujukan", referral),) if referral else ()))


def _plan(making: Making, visit: Chart) -> tuple[tuple[str, str], ...]:
    chart, appointment = making.chart, making.chart.about
    doctor = letters.person(chart, doctor_of(appointment))
    return (
        ("Diagnosa", "\n".join(_diagnoses(appointment, visit)) or letters.to_fill(making)),
        ("Rencana kontrol", _when(chart, appointment.get("start")) or letters.to_fill(making)),
        ("Dokter", saying.name(doctor) if doctor is not None else letters.to_fill(making)),
        ("Poliklinik", saying.listed(saying.concept(one) for one in appointment.get("serviceType", ()))),
    )


def _diagnoses(appointment: Resource, visit: Chart) -> list[str]:
    """Why the appointment was made; else what the last visit there has found."""
    own = [saying.concept(one) for one in appointment.get("reasonCode", ())]
    reasons = [one for one in visit.all(appointment.get("reasonReference", ())) if one["resourceType"] == "Condition"]
    return own + [letters.diagnosis(one) for one in reasons or ([] if own else letters.diagnoses(visit))]


def _when(chart: Chart, start: str | None) -> str:
    """Senin, 30 November 2026, 08.30 WITA"""
    if not start:
        return ""
    at = chart.moment(start)
    return f"{wording.day_name(at.date())}, {wording.date_and_time(at, chart.zone)}"


def _advice(appointment: Resource) -> tuple[Block, ...]:
    """What to bring; and the code by which the patient checks in, where it is booked."""
    code = saying.identifier(appointment, BOOKING_PREFIX)
    if not code:
        return (Paragraph(BRING),)
    words = (Space(3), Paragraph(f"Kode booking {code}", "strong"), Paragraph(SHOW), Paragraph(BRING))
    return (Beside((Code("qr", code, 20, align="left"),), words, 0.15),)


def doctor_of(appointment: Resource) -> Resource | None:
    """The reference to whom the patient is to see."""
    actors = (row.get("actor") or {} for row in appointment.get("participant", ()))
    return next((actor for actor in actors if name_of(actor).startswith("Practitioner")), None)


def last_visit(chart: Chart) -> str:
    """Encounter/id of the visit that the appointment follows: the last one to the same clinic, else to any."""
    clinics = composition.categories(chart.about, "serviceType")
    before = [one for one in composition.current(chart, "Encounter") if _is_before(one, chart)]
    same = [one for one in before if composition.categories(one, "serviceType") & clinics]
    return next((f"Encounter/{one['id']}" for one in reversed(same or before)), "")


def _is_before(encounter: Resource, chart: Chart) -> bool:
    start, planned = encounter.get("period", {}).get("start"), chart.about.get("start")
    if not start or not planned or encounter.get("status") in letters.NOT_HELD:
        return False
    is_own = name_of(encounter.get("subject"), chart.base) == chart.patient_name
    return is_own and timedelta(0) < chart.moment(planned) - chart.moment(start) < BACK


def _visits_before(chart: Chart) -> Parameters:
    start, patient = chart.about.get("start"), chart.patient_name
    if not start or not patient:
        return ()
    at = chart.moment(start)
    return (("patient", patient), ("date", f"ge{(at - BACK).date()}"), ("date", f"le{at.date()}"))


def _signers(chart: Chart) -> tuple[Resource | None]:
    """Who was in charge of the visit before, else who is to be visited."""
    encounter = chart.resources.get(last_visit(chart), {})
    return (letters.person(chart, composition.attending(encounter), doctor_of(chart.about)),)


KIND = Kind(
    "surat-kontrol",
    Text("Letter of the next visit", "Surat Rencana Kontrol"),
    "Appointment",
    (
        Further("Encounter", _visits_before),
        letters.DOCTORS,
        *letters.about_visit(last_visit, "Condition"),
        Further("Coverage", of_patient("beneficiary")),
    ),
    sheet,
    number=("SRK", "YANMED"),
    coding=("", "Surat rencana kontrol"),
    also=("Condition",),
    options=("sep",),
    signers=_signers,
)
