"""The record that is attacked: A and B are patients, P is a practitioner who treats A only.

Only what belongs to B holds the canary. `rahasia` are the words by which B's resources could be found.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

CANARY = "kenari7f3a"
FORMS = (CANARY, base64.b64encode(CANARY.encode()).decode().rstrip("="), CANARY.upper())
NUMBERS = "http://contoh.example/nomor"
LABORATORY = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"


def record() -> Iterator[tuple[str, Json]]:
    """How to write it: resources in order, with PUT; DELETE where there is only the id."""
    yield "PUT", {"resourceType": "Practitioner", "id": "p", "name": [{"family": "Perawat"}]}
    yield "PUT", {"resourceType": "Organization", "id": "rs", "name": "RS Contoh"}
    yield "PUT", {"resourceType": "Medication", "id": "obat", "code": {"text": "parasetamol"}}
    yield "PUT", {"resourceType": "Location", "id": "ruang", "name": "Ruang 1"}
    for person in "ab":
        for row in _of(person):
            yield "PUT", row
    yield "PUT", observation("pindah", "b")
    yield "PUT", observation("pindah", "a")
    yield "PUT", observation("terhapus", "b")
    yield "DELETE", {"resourceType": "Observation", "id": "terhapus"}
    yield from _of_both()


def _words(person: str) -> Json:
    text = f"rahasia {CANARY}" if person == "b" else "catatan a"
    number = "rahasia-b" if person == "b" else "nomor-a"
    return {
        "identifier": [{"system": NUMBERS, "value": number}],
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{text}</div>'},
        **({"language": "id"} if person == "a" else {}),
    }


def observation(id: str, person: str, **more: Any) -> Json:
    text = f"rahasia {CANARY}" if person == "b" else "suhu"
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final" if person == "b" else "preliminary",
        "category": [{"coding": [{"system": LABORATORY.partition("|")[0], "code": "laboratory"}]}],
        "code": {"coding": [{"system": NUMBERS, "code": "glukosa"}], "text": text},
        "subject": {"reference": f"Patient/{person}"},
        "performer": [{"reference": "Practitioner/p"}],
        "encounter": {"reference": f"Encounter/visit-{person}"},
        "valueQuantity": {"value": 7.3 if person == "b" else 5.1, "unit": "mmol/L"},
        **_words(person),
        **more,
    }


def _of(person: str) -> Iterator[Json]:
    name = f"Rahasia {CANARY}" if person == "b" else "Siti"
    yield _patient(person, name)
    yield _visit(person)
    yield observation(f"o-{person}", person)
    content = CANARY.encode() if person == "b" else b"punya a"
    yield {
        "resourceType": "Binary",
        "id": f"bin-{person}",
        "contentType": "text/plain",
        "data": base64.b64encode(content).decode(),
        "securityContext": {"reference": f"Patient/{person}"},
    }
    for type, (id, row) in _documents(person, name).items():
        subject = {"for" if type == "Task" else "subject": {"reference": f"Patient/{person}"}}
        yield {"resourceType": type, "id": f"{id}-{person}", **row, **subject, **_words(person)}
    yield {
        "resourceType": "Provenance",
        "id": f"pr-{person}",
        "target": [{"reference": f"Patient/{person}"}, {"reference": f"Observation/o-{person}"}],
        "recorded": "2026-01-01T00:00:00Z",
        "agent": [{"who": {"reference": "Practitioner/p", "display": name}}],
    }


def _patient(person: str, name: str) -> Json:
    link = {"link": [{"other": {"reference": "Patient/a"}, "type": "seealso"}]} if person == "b" else {}
    return {
        "resourceType": "Patient",
        "id": person,
        "name": [{"family": name}],
        "birthDate": "1973-07-03" if person == "b" else "1990-01-01",
        "managingOrganization": {"reference": "Organization/rs"},
        "generalPractitioner": [{"reference": "Practitioner/p"}],
        **link,
        **_words(person),
    }


def _visit(person: str) -> Json:
    """P treats A only."""
    participant = {"participant": [{"individual": {"reference": "Practitioner/p"}}]} if person == "a" else {}
    return {
        "resourceType": "Encounter",
        "id": f"visit-{person}",
        "status": "in-progress",
        "class": {"code": "AMB"},
        "subject": {"reference": f"Patient/{person}"},
        "location": [{"location": {"reference": "Location/ruang"}}],
        **participant,
        **_words(person),
    }


def _documents(person: str, name: str) -> dict[str, tuple[str, Json]]:
    """Type -> the beginning of its id, and what it says."""
    medication = {"medicationReference": {"reference": "Medication/obat"}}
    attachment = {"url": f"Binary/bin-{person}", "title": name}
    focus = {"reference": f"Condition/c-{person}"}
    return {
        "Condition": ("c", {"code": {"text": name}}),
        "MedicationRequest": ("m", {"status": "active", "intent": "order", **medication}),
        "DocumentReference": ("d", {"status": "current", "content": [{"attachment": attachment}]}),
        "Task": ("t", {"status": "requested", "intent": "order", "focus": focus, "description": name}),
    }


def _of_both() -> Iterator[tuple[str, Json]]:
    """Of A and B at once: shown to neither alone, so that B's canary may stand in them."""
    a, b = {"reference": "Patient/a"}, {"reference": "Patient/b", "display": CANARY}
    yield "PUT", observation("performer-b", "a", performer=[b], note=[{"text": CANARY}])
    yield (
        "PUT",
        {
            "resourceType": "Group",
            "id": "g",
            "type": "person",
            "actual": True,
            "member": [{"entity": a}, {"entity": b}],
        },
    )
    people = [{"actor": one, "status": "accepted"} for one in (a, b)]
    yield "PUT", {"resourceType": "Appointment", "id": "ap", "status": "proposed", "participant": people}
    yield "PUT", {"resourceType": "Coverage", "id": "cov", "status": "active", "beneficiary": a, "payor": [b]}
    yield "PUT", {"resourceType": "Account", "id": "acc", "status": "active", "subject": [a, b]}
    yield (
        "PUT",
        {
            "resourceType": "Bundle",
            "id": "simpan",
            "type": "collection",
            "entry": [{"resource": observation("x", "b")}],
        },
    )
    yield "PUT", {"resourceType": "Device", "id": "dev", "patient": b, "note": [{"text": CANARY}]}
    yield "PUT", observation("menunjuk", "a", derivedFrom=[{"reference": "Observation/o-b"}])
