"""Records for the clinic's tests: a doctor's day, a patient with very much, and one whose every text is hostile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bookings import ticket as tickets
from bookings.ticket import Ticket
from fhir_server.messages import Resource

DOCTOR = "Practitioner/nakes-001"
ZONE = ZoneInfo("Asia/Makassar")
LOINC = "http://loinc.org"
HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"\'&amp;{{7*7}}'
LARGE, HOSTILE_PATIENT = "pasien-besar", "pasien-jahat"
RESOURCES = 2000


def visit(id: str, patient: str, status: str, since: datetime) -> Resource:
    """An Encounter of today with the doctor."""
    history = [{"status": "arrived", "period": {"start": since.isoformat()}}]
    ended = (since + timedelta(minutes=30)).isoformat()
    if status != "arrived":
        history.append({"status": status, "period": {"start": (since + timedelta(minutes=20)).isoformat()}})
    return {
        "resourceType": "Encounter",
        "id": id,
        "status": status,
        "statusHistory": history,
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "serviceType": {"text": "Poli Penyakit Dalam"},
        "subject": {"reference": f"Patient/{patient}"},
        "participant": [{"individual": {"reference": DOCTOR, "display": "dr. Rahmawati Tengkawang, Sp.PD"}}],
        "period": {"start": since.isoformat(), **({"end": ended} if status == "finished" else {})},
    }


def number(of: Resource, at: datetime, ticket: int, status: tickets.Status, *, priority: str = "") -> Resource:
    """The Task of a visit: A-<ticket>, waiting since the visit's beginning."""
    since = datetime.fromisoformat(of["period"]["start"])
    called = since if status != "requested" else None
    started = since + timedelta(minutes=20) if status in ("in-progress", "completed") else None
    one = Ticket(
        id=f"antre-{ticket}",
        kind="poli",
        point="Location/ruang-int",
        day=at.astimezone(ZONE).date(),
        letter="A",
        number=ticket,
        status=status,
        patient=of["subject"]["reference"],
        encounter=f"Encounter/{of['id']}",
        organization="100099999",
        queued=since,
        doctor=DOCTOR,
        priority=priority,
        called=called,
        last_called=called,
        calls=int(called is not None),
        started=started,
    )
    return tickets.write(one)


def observation(id: str, patient: str, what: tuple[str, str], value: Resource, *, at: datetime) -> Resource:
    """`what`: its LOINC code and the code of its category; `value`: of valueQuantity."""
    code, kind = what
    category = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": kind}
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [{"coding": [category]}],
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": at.isoformat(),
        "valueQuantity": value,
    }


def large(at: datetime) -> Iterator[Resource]:
    """A patient with RESOURCES others."""
    subject = {"reference": f"Patient/{LARGE}"}
    yield person(LARGE, "Halimatus Sakdiah", "1951-04-02", "990001")
    yield visit("besar-hari-ini", LARGE, "arrived", at - timedelta(minutes=75))
    yield allergy("besar-alergi", LARGE, "Penisilin", "Syok anafilaktik") | {"criticality": "high"}
    for one in range(RESOURCES - 2):
        when = at - timedelta(days=one + 1)
        kind = one % 10
        if kind < 4:
            what = ("4548-4", "2160-0", "718-7", "2093-3")[kind], "laboratory"
            yield observation(f"besar-{one}", LARGE, what, {"value": 5 + one % 7, "unit": "x"}, at=when)
        elif kind < 7:
            what = ("8867-4", "8310-5", "29463-7")[kind - 4], "vital-signs"
            yield observation(f"besar-{one}", LARGE, what, {"value": 60 + one % 9}, at=when)
        elif kind == 7:
            yield condition(f"besar-{one}", LARGE, f"Penyakit {one}", when)
        elif kind == 8:
            yield medicine(f"besar-{one}", LARGE, f"Obat {one}", when)
        else:
            yield visit(f"besar-{one}", LARGE, "finished", when) | {"subject": subject}


def hostile(at: datetime) -> Iterator[Resource]:
    """A patient in whose record every text would run as a script, if it were taken for markup."""
    yield person(HOSTILE_PATIENT, HOSTILE, "1980-01-01", "990002") | {
        "identifier": [{"system": "http://sys-ids.kemkes.go.id/mrn/100099999", "value": HOSTILE}]
    }
    today = visit("jahat-hari-ini", HOSTILE_PATIENT, "arrived", at - timedelta(minutes=5))
    yield today | {
        "serviceType": {"text": HOSTILE},
        "participant": [{"individual": {"reference": DOCTOR, "display": HOSTILE}}],
    }
    yield condition("jahat-1", HOSTILE_PATIENT, HOSTILE, at)
    yield medicine("jahat-2", HOSTILE_PATIENT, HOSTILE, at)
    for place, category in enumerate(("vital-signs", "laboratory")):
        for times in (1, 2):
            when, value = at - timedelta(days=times), {"value": times, "unit": HOSTILE}
            told = observation(f"jahat-{place}-{times}", HOSTILE_PATIENT, ("x", category), value, at=when)
            yield told | {"referenceRange": [{"text": HOSTILE}], "code": {"text": HOSTILE}}
    subject = {"reference": f"Patient/{HOSTILE_PATIENT}"}
    yield allergy("jahat-5", HOSTILE_PATIENT, HOSTILE, HOSTILE)
    yield {"resourceType": "Flag", "id": "jahat-6", "status": "active", "code": {"text": HOSTILE}, "subject": subject}
    yield {
        "resourceType": "DiagnosticReport",
        "id": "jahat-7",
        "status": "final",
        "code": {"text": HOSTILE},
        "conclusion": HOSTILE,
        "subject": subject,
        "effectiveDateTime": at.isoformat(),
    }
    yield {
        "resourceType": "DocumentReference",
        "id": "jahat-8",
        "status": "current",
        "description": HOSTILE,
        "subject": subject,
        "date": at.isoformat(),
        "content": [{"attachment": {"url": "javascript:window.hacked=1", "title": HOSTILE}}],
    }


def person(id: str, name: str, born: str, record: str) -> Resource:
    return {
        "resourceType": "Patient",
        "id": id,
        "active": True,
        "identifier": [{"system": "http://sys-ids.kemkes.go.id/mrn/100099999", "value": record}],
        "name": [{"use": "official", "text": name}],
        "gender": "female",
        "birthDate": born,
    }


def condition(id: str, patient: str, text: str, at: datetime) -> Resource:
    return {
        "resourceType": "Condition",
        "id": id,
        "clinicalStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
        },
        "category": [
            {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/condition-category", "code": "problem-list-item"}
                ]
            }
        ],
        "code": {"text": text},
        "subject": {"reference": f"Patient/{patient}"},
        "recordedDate": at.isoformat(),
    }


def medicine(id: str, patient: str, text: str, at: datetime) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "id": id,
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": text},
        "subject": {"reference": f"Patient/{patient}"},
        "authoredOn": at.isoformat(),
        "dosageInstruction": [{"text": text}],
    }


def allergy(id: str, patient: str, text: str, reaction: str) -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
    return {
        "resourceType": "AllergyIntolerance",
        "id": id,
        "clinicalStatus": {"coding": [{"system": system, "code": "active"}]},
        "code": {"text": text},
        "patient": {"reference": f"Patient/{patient}"},
        "reaction": [{"manifestation": [{"text": reaction}], "severity": "severe"}],
    }
