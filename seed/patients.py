"""A person as FHIR knows them: Patient, Coverage, RelatedPerson. https://hl7.org/fhir/R4/patient.html"""

from __future__ import annotations

from datetime import date

from fhir_server.messages import Resource
from resources.systems import BPJS_PREFIX, IHS_PATIENT, KK, NIK, NIK_OF_MOTHER
from seed.areas import address
from seed.elements import Element, concept, extension, hl7, identifier, instant, local_id
from seed.people import Person

BPJS = BPJS_PREFIX + "bpjs"

_MARITAL = {"S": "Never Married", "M": "Married", "D": "Divorced", "W": "Widowed"}
_LANGUAGE = [{"language": concept("urn:ietf:bcp:47", "id-ID", "Indonesian", text="Indonesian"), "preferred": True}]
_EMERGENCY_CONTACT = [hl7("v2-0131", "C", "Emergency Contact")]
PARENTS = {"MTH": hl7("v3-RoleCode", "MTH", "mother"), "FTH": hl7("v3-RoleCode", "FTH", "father")}


def patient(person: Person, today: date) -> Resource:
    """A Patient in the shape that SATUSEHAT asks for."""
    resource: Resource = {
        "resourceType": "Patient",
        "id": f"pasien-{person.mrn}",
        "meta": {"profile": ["https://fhir.kemkes.go.id/r4/StructureDefinition/Patient"]},
        "extension": [
            extension("birthPlace", valueAddress={"city": person.home.area.city, "country": "ID"}),
            extension("citizenshipStatus", valueCode="WNI"),
        ],
        "identifier": _identifiers(person),
        "active": True,
        "name": [_name(person)],
        "telecom": [{"system": "phone", "value": person.phone, "use": "mobile"}],
        "gender": person.gender,
        "birthDate": person.born.isoformat(),
        "deceasedBoolean": False,
        "address": [address(person.home.area, person.home.line, person.home.rt, person.home.rw)],
        "maritalStatus": hl7("v3-MaritalStatus", person.married, _MARITAL[person.married]),
        "multipleBirthInteger": 0,
        "communication": _LANGUAGE,
        "managingOrganization": {"reference": "Organization/org-rsud"},
    }
    if person.died:
        del resource["deceasedBoolean"]
        resource["deceasedDateTime"] = instant(person.died)
    if person.relative:
        resource["contact"] = [
            {
                "relationship": _EMERGENCY_CONTACT,
                "name": {"use": "official", "text": person.relative.text},
                "telecom": [{"system": "phone", "value": f"+628409{person.number:07d}", "use": "mobile"}],
            }
        ]
    return resource


def _identifiers(person: Person) -> list[Element]:
    found = [identifier(local_id("mrn"), person.mrn), identifier(KK, person.kk)]
    if person.nik:
        found.insert(0, identifier(NIK, person.nik))
        if person.number % 3:
            found.append(identifier(IHS_PATIENT, f"P99{person.number:09d}"))
    elif person.mother and person.mother.nik:
        found.insert(0, identifier(NIK_OF_MOTHER, person.mother.nik))
    if person.bpjs:
        found.append(identifier(BPJS, person.bpjs))
    return found


def _name(person: Person) -> Element:
    """`text` always; family and given only of every second of those who have two names."""
    name: Element = {"use": "official", "text": person.name.text}
    if person.name.family and person.number % 2:
        name |= {"family": person.name.family, "given": person.name.given.split()}
    return name


def coverage(person: Person, subject: Element) -> Resource:
    """Membership of the national health insurance (JKN)."""
    return {
        "resourceType": "Coverage",
        "id": f"jaminan-{person.mrn}",
        "identifier": [identifier(BPJS, str(person.bpjs))],
        "status": "active",
        "type": {"text": "JKN"},
        "subscriberId": person.bpjs,
        "beneficiary": subject,
        "payor": [{"reference": "Organization/org-penjamin", "display": "BPJS Kesehatan (contoh)"}],
    }


def parents(person: Person, subject: Element) -> list[Resource]:
    """Mother and father of a child of the household."""
    mother = person.mother
    if not mother:
        return []
    known = [("MTH", mother.name.text, mother.nik, "female")]
    if person.relative:
        known.append(("FTH", person.relative.text, None, "male"))
    return [
        {
            "resourceType": "RelatedPerson",
            "id": f"keluarga-{person.mrn}-{role.lower()}",
            **({"identifier": [identifier(NIK, nik)]} if nik else {}),
            "active": True,
            "patient": subject,
            "relationship": [PARENTS[role]],
            "name": [{"use": "official", "text": name}],
            "telecom": [{"system": "phone", "value": mother.phone, "use": "mobile"}],
            "gender": gender,
            "address": [address(person.home.area, person.home.line, person.home.rt, person.home.rw)],
        }
        for role, name, nik, gender in known
    ]
