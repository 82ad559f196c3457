"""Referrals of the very ill to a larger hospital, as SATUSEHAT has them. https://hl7.org/fhir/R4/servicerequest.html"""

from __future__ import annotations

from fhir_server.messages import Resource
from resources.systems import SNOMED
from seed.chart import Chart, add
from seed.elements import coding, concept, hl7, identifier, local_id, reference
from seed.places import LARGER_HOSPITAL

REFERRAL = [concept(SNOMED, "3457005", "Patient referral")]
REASONS = {
    "N18.4": ("Penyakit Dalam Konsultan Ginjal Hipertensi", "Persiapan terapi pengganti ginjal"),
    "N18.3": ("Penyakit Dalam Konsultan Ginjal Hipertensi", "Evaluasi penurunan fungsi ginjal"),
    "I50.0": ("Jantung dan Pembuluh Darah", "Ekokardiografi dan optimalisasi terapi gagal jantung"),
    "I69.3": ("Saraf", "CT scan kepala ulang dan rehabilitasi lanjutan"),
    "A15.0": ("Paru", "Tes kepekaan obat TB lini kedua"),
}
"""ICD-10 -> who is asked, and for what."""


def referred(chart: Chart) -> None:
    """From the last visit that was for such a disease."""
    visits = {f"Encounter/{one['id']}": one for one in chart.resources if one["resourceType"] == "Encounter"}
    found = [(one["encounter"]["reference"], one, code) for one in chart.resources if (code := _reason(one))]
    if found:
        name, diagnosis, code = max(found, key=lambda row: str(row[1]["recordedDate"]))
        _refer(chart, visits[name], diagnosis, REASONS[code])


def _reason(resource: Resource) -> str | None:
    """The code of a diagnosis for which patients are referred."""
    if resource["resourceType"] != "Condition" or "verificationStatus" not in resource:
        return None
    codes = (str(row["code"]) for row in resource["code"].get("coding", ()))
    return next((code for code in codes if code in REASONS), None)


def _refer(chart: Chart, visit: Resource, diagnosis: Resource, asked: tuple[str, str]) -> None:
    specialty, reason = asked
    hospital = chart.hospital.places[LARGER_HOSPITAL]
    add(
        chart,
        "ServiceRequest",
        "rujukan",
        identifier=[identifier(local_id("servicerequest"), f"RJ-{chart.person.mrn}")],
        status="active",
        intent="original-order",
        category=REFERRAL,
        priority="routine",
        code={"coding": [coding(SNOMED, "3457005", "Patient referral")], "text": reason},
        subject=chart.subject,
        encounter=reference(visit),
        occurrenceDateTime=visit["period"]["end"],
        authoredOn=visit["period"]["end"],
        requester=visit["participant"][0]["individual"],
        performerType={"text": specialty},
        performer=[reference(hospital, hospital["name"])],
        reasonReference=[reference(diagnosis)],
        locationCode=[hl7("v3-RoleCode", "HOSP", "Hospital")],
        patientInstruction="Bawa surat rujukan, kartu peserta, dan semua hasil pemeriksaan.",
    )
