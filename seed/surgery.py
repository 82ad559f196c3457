"""Operations that are planned for the coming days, as requests. https://hl7.org/fhir/R4/servicerequest.html"""

from __future__ import annotations

from datetime import timedelta

from resources.systems import ICD_9_CM, ICD_10, SNOMED
from seed.chart import Chart, add
from seed.elements import coding, concept, identifier, instant, local_id, reference, spread, wita
from seed.staff import POLI_SYSTEM

SURGERY = [concept(SNOMED, "387713003", "Surgical procedure")]
EVERY = 11
OPERATIONS = (
    ("MAT", "Mata", "13.41", "Phacoemulsification and aspiration of cataract", "Operasi katarak"),
    ("BED", "Bedah", "53.00", "Unilateral repair of inguinal hernia, not otherwise specified", "Herniotomi"),
    ("ORT", "Orthopedi", "78.65", "Removal of implanted devices from bone, femur", "Lepas pen tungkai atas"),
)
REASONS = {
    "MAT": concept(ICD_10, "H26.9", "Cataract, unspecified", text="Katarak"),
    "BED": concept(
        ICD_10,
        "K40.9",
        "Unilateral or unspecified inguinal hernia, without obstruction or gangrene",
        text="Hernia inguinalis",
    ),
    "ORT": concept(
        ICD_10,
        "Z47.0",
        "Follow-up care involving removal of fracture plate and other internal fixation device",
        text="Pengangkatan fiksasi interna",
    ),
}
YOUNGEST = 40


def planned(chart: Chart) -> None:
    """For some of the older patients who have been here."""
    person = chart.person
    visit = next((one for one in reversed(chart.resources) if one["resourceType"] == "Encounter"), None)
    if visit is None or person.number % EVERY or person.age(chart.today) < YOUNGEST:
        return
    poli, clinic, code, display, words = spread(OPERATIONS, person.number // EVERY)
    day = chart.today + timedelta(days=1 + person.number % 9)
    doctor = chart.hospital.staff[poli][0]
    add(
        chart,
        "ServiceRequest",
        "operasi",
        identifier=[identifier(local_id("servicerequest"), f"OP-{person.mrn}")],
        status="active",
        intent="order",
        category=SURGERY,
        priority="routine",
        code={"coding": [coding(ICD_9_CM, code, display)], "text": words},
        subject=chart.subject,
        encounter=reference(visit),
        occurrenceDateTime=instant(wita(day, 9)),
        authoredOn=visit["period"]["start"],
        requester=doctor.reference,
        performerType=concept(POLI_SYSTEM, poli, clinic),
        performer=[doctor.reference],
        reasonCode=[REASONS[poli]],
    )
