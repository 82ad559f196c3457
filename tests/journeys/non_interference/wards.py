"""A random ward: five patients, what is written of them, and what they share; and the same ward without some of them.

Ids, times and versions are fixed, so that two databases differ in the data of the patients only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from pymongo import WriteConcern
from pymongo.database import Database

from fhir_server.site import Site
from fhir_server.store.documents import CODEC, Stamp, history_row, live, tombstone, with_meta
from tests.fhir_server.conftest import BASE
from tests.journeys.bundles import NIK

Json = dict[str, Any]

SITE = Site(BASE)
PEOPLE = ("a", "b", "c", "d", "e")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
CODES = ("suhu", "nadi", "glukosa")
CODE_SYSTEM = "http://contoh.example/kode"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
CATEGORIES = ("laboratory", "vital-signs")
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
NUMBERS = "http://contoh.example/nomor"
OF_PATIENTS = (
    "Observation Condition Encounter MedicationRequest DiagnosticReport DocumentReference List Group Appointment Task"
    " Coverage RelatedPerson Binary Consent Provenance Procedure"
).split()
SHARED = "Organization Practitioner Location Medication Schedule".split()
TYPES = ("Patient", *OF_PATIENTS, *SHARED)
COUNTS = {"Observation": 8, "Condition": 3, "Encounter": 3}


@dataclass(frozen=True)
class Version:
    """One version of a resource, as it is stored; `resource` None: it is the deletion."""

    id: str
    resource: Json | None


@dataclass
class Ward:
    """`documents` and `past` by type: what the collections hold, in no order."""

    documents: dict[str, list[Json]] = field(default_factory=dict)
    past: dict[str, list[Json]] = field(default_factory=dict)

    def without(self, patients: frozenset[str]) -> Ward:
        """The same without what is part of their records: each version by itself."""
        kept = (
            {type: [row for row in rows if patients.isdisjoint(of(row))] for type, rows in part.items()}
            for part in (self.documents, self.past)
        )
        return Ward(*kept)

    def ids(self, type: str) -> list[str]:
        return [row["_id"] for row in self.documents.get(type, ())]


def of(row: Json) -> list[str]:
    """The patients whose record a stored version is part of. A Patient is its own, whoever it is linked to."""
    found: list[str] = row["compartments"].get("Patient", [])
    linked = row.get("resource", {}).get("resourceType") == "Patient"
    return found[:1] if linked else found


def ward(seed: int) -> Ward:
    dice, found, moment = Random(seed), Ward(), BEGAN
    for type in SHARED:
        for number in range(2):
            moment = _store(found, type, [Version(f"{type.lower()}-{number}", _shared(type, number))], moment)
    for type in ("Patient", *OF_PATIENTS):
        for person in PEOPLE:
            for number in range(1 if type == "Patient" else COUNTS.get(type, 1)):
                id = person if type == "Patient" else f"{type.lower()}-{person}-{number}"
                moment = _store(found, type, list(_versions(dice, type, (id, person))), moment)
    return found


def _versions(dice: Random, type: str, named: tuple[str, str]) -> Iterator[Version]:
    """Mostly one; some resources move from one patient to another, some are deleted, some come back."""
    id, person = named
    yield Version(id, _resource(dice, type, named))
    if type == "Patient":
        return
    if dice.random() < 0.25:
        other = dice.choice(PEOPLE) if dice.random() < 0.5 else person
        yield Version(id, _resource(dice, type, (id, other)))
    if dice.random() < 0.12:
        yield Version(id, None)
        if dice.random() < 0.3:
            yield Version(id, _resource(dice, type, named))


def _store(ward: Ward, type: str, versions: Sequence[Version], moment: datetime) -> datetime:
    current: Json | None = None
    for number, version in enumerate(versions, start=1):
        moment += timedelta(minutes=1)
        stamp = Stamp(version.id, number, moment, "PUT")
        if version.resource is None:
            assert current is not None
            following = tombstone(current, moment)
        else:
            complete = with_meta(version.resource, stamp)
            following = live(complete, stamp, SITE.describe(complete))
        if current is not None:
            ward.past.setdefault(type, []).append(history_row(current, moment))
        current = following
    assert current is not None
    ward.documents.setdefault(type, []).append(current)
    return moment


def fill(database: Database[Json], ward: Ward) -> None:
    """Puts a ward in the place of what the database holds; waits for the last write only, which comes after all."""
    for type in TYPES:
        for name, rows in ((type, ward.documents.get(type)), (f"{type}_history", ward.past.get(type))):
            collection = database.get_collection(name, codec_options=CODEC, write_concern=WriteConcern(1, j=False))
            collection.delete_many({})
            if rows:
                collection.insert_many(rows)
    database.get_collection("filled", write_concern=WriteConcern("majority")).insert_one({})


def _shared(type: str, number: int) -> Json:
    row: Json = {"resourceType": type, "id": f"{type.lower()}-{number}"}
    named: Mapping[str, Json] = {
        "Organization": {"name": f"Poli {number}"},
        "Practitioner": {"name": [{"family": f"Perawat{number}"}]},
        "Location": {"name": f"Ruang {number}"},
        "Medication": {"code": _code(CODES[number])},
        "Schedule": {"actor": [{"reference": f"Practitioner/practitioner-{number}"}]},
    }
    return {**row, **named[type]}


def _code(code: str) -> Json:
    return {"coding": [{"system": CODE_SYSTEM, "code": code}], "text": code}


def _resource(dice: Random, type: str, named: tuple[str, str]) -> Json:
    id, person = named
    row: Json = {"resourceType": type, "id": id}
    if dice.random() < 0.15:
        code = dice.choice("NRV")
        row["meta"] = {"security": [{"system": CONFIDENTIALITY, "code": code}]}
    row |= _of_type(dice, type, person)
    if type not in ("Binary", "Patient", "Consent") and dice.random() < 0.3:
        row["identifier"] = [{"system": NUMBERS, "value": f"{person}-{dice.randrange(3)}"}]
    if type == "Coverage":
        return row
    return {**row, **_text(dice, person)} if type != "Binary" else row


def _text(dice: Random, person: str) -> Json:
    words = f"catatan {person} {dice.choice(CODES)}"
    return {"text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'}}


def _someone(dice: Random, person: str) -> Json:
    """Mostly the person, sometimes another."""
    return {"reference": f"Patient/{person if dice.random() < 0.9 else dice.choice(PEOPLE)}"}


def _any(dice: Random, type: str, person: str) -> Json:
    """A resource of the person's or of another's, which may not be there."""
    owner = person if dice.random() < 0.7 else dice.choice(PEOPLE)
    return {"reference": f"{type}/{type.lower()}-{owner}-{dice.randrange(3)}"}


def _practitioner(dice: Random) -> Json:
    return {"reference": f"Practitioner/practitioner-{dice.randrange(2)}"}


def _day(dice: Random) -> str:
    return f"2026-0{dice.randrange(1, 4)}-1{dice.randrange(4)}"


def _of_type(dice: Random, type: str, person: str) -> Json:
    subject = {"reference": f"Patient/{person}"}
    match type:
        case "Patient":
            return _patient(dice, person)
        case "Observation":
            return _observation(dice, person)
        case "Condition":
            return {"code": _code(dice.choice(CODES)), "subject": subject, "encounter": _any(dice, "Encounter", person)}
        case "Encounter":
            taking_part = [{"individual": _practitioner(dice)}]
            status, klass = dice.choice(("planned", "finished")), {"code": "AMB"}
            return {"status": status, "class": klass, "subject": subject, "participant": taking_part}
        case "Group":
            return {"type": "person", "actual": True, "member": [{"entity": _someone(dice, person)} for _ in range(2)]}
        case "Appointment":
            actors = [_practitioner(dice), subject, _someone(dice, person)]
            return {"status": "booked", "participant": [{"actor": one, "status": "accepted"} for one in actors]}
        case "Coverage":
            return {"status": "active", "beneficiary": subject, "payor": [_someone(dice, person)]}
        case "RelatedPerson":
            return {"patient": subject, "name": [{"text": f"Ibu {person}"}]}
        case "Binary":
            return {"contentType": "text/plain", "data": "cmFoYXNpYQ==", "securityContext": subject}
    return _document(dice, type, person)


def _document(dice: Random, type: str, person: str) -> Json:
    subject = {"reference": f"Patient/{person}"}
    match type:
        case "MedicationRequest":
            medication = {"medicationReference": {"reference": f"Medication/medication-{dice.randrange(2)}"}}
            return {"status": "active", "intent": "order", "subject": subject, **medication}
        case "DiagnosticReport":
            results = [_any(dice, "Observation", person) for _ in range(2)]
            return {"status": "final", "code": _code(dice.choice(CODES)), "subject": subject, "result": results}
        case "DocumentReference":
            content = [{"attachment": {"url": f"Binary/binary-{dice.choice(PEOPLE)}-0"}}]
            return {"status": "current", "subject": subject, "content": content}
        case "List":
            entries = [{"item": _any(dice, "Condition", person)} for _ in range(2)]
            return {"status": "current", "mode": "working", "subject": subject, "entry": entries}
        case "Task":
            return {"status": "requested", "intent": "order", "for": subject, "focus": _any(dice, "Condition", person)}
        case "Consent":
            scope = {"coding": [{"code": "patient-privacy"}]}
            return {"status": "active", "scope": scope, "category": [{"text": "umum"}], "patient": subject}
        case "Provenance":
            targets = [subject, _any(dice, "Observation", person)]
            return {"target": targets, "recorded": "2026-01-01T00:00:00Z", "agent": [{"who": _practitioner(dice)}]}
    return {"status": "completed", "code": _code(dice.choice(CODES)), "subject": subject}


def nik(person: str) -> str:
    """A number that no other Patient may have."""
    return f"647201900101000{PEOPLE.index(person) + 1}"


def _patient(dice: Random, person: str) -> Json:
    row: Json = {
        "name": [{"family": dice.choice(("Contoh", "Fiktif")), "given": [f"Orang{person}"]}],
        "gender": dice.choice(("male", "female")),
        "birthDate": f"19{dice.randrange(5, 9)}0-01-01",
        "managingOrganization": {"reference": f"Organization/organization-{dice.randrange(2)}"},
        "generalPractitioner": [_practitioner(dice)],
        "identifier": [{"system": NUMBERS, "value": person}, {"system": NIK, "value": nik(person)}],
    }
    if dice.random() < 0.4:
        row["link"] = [{"other": {"reference": f"Patient/{dice.choice(PEOPLE)}"}, "type": "seealso"}]
    return row


def _observation(dice: Random, person: str) -> Json:
    row: Json = {
        "status": dice.choice(("final", "preliminary")),
        "code": _code(dice.choice(CODES)),
        "category": [{"coding": [{"system": CATEGORY, "code": dice.choice(CATEGORIES)}]}],
        "subject": {"reference": f"Patient/{person}"},
        "effectiveDateTime": _day(dice),
        "performer": [_practitioner(dice)],
        "valueQuantity": {"value": dice.randrange(30, 45), "unit": "Cel", "system": "http://unitsofmeasure.org"},
    }
    if dice.random() < 0.5:
        row["encounter"] = _any(dice, "Encounter", person)
    if dice.random() < 0.3:
        row["derivedFrom"] = [_any(dice, "Observation", person)]
    if dice.random() < 0.15:
        row["performer"].append(_someone(dice, person))
    if dice.random() < 0.15:
        row["focus"] = [_someone(dice, person)]
    if dice.random() < 0.15:
        row["contained"] = [{"resourceType": "Patient", "id": "p", "name": [{"family": "Terlampir"}]}]
        row["focus"] = [{"reference": "#p"}]
    return row
