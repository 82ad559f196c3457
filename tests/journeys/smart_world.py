"""A small hospital for the SMART checks: two patients, a doctor, an encounter, findings of every category."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from auth.protocol import server_of
from auth.scopes import GRANULAR
from auth.storage import users
from auth.users import User
from tests.auth.accounts import PASSWORD_HASH
from tests.auth.apps import system, system_token
from tests.journeys.smart import Smart

ANI, BUDI, DOCTOR, VISIT = "ani", "budi", "dokter-1", "kunjungan-1"
SNOMED = "http://snomed.info/sct"


@dataclass(frozen=True)
class Hospital:
    """`ani`: the account of a patient; `doctor`: of the one who treats her."""

    smart: Smart
    ani: User
    doctor: User


async def hospital(smart: Smart) -> Hospital:
    """Fill the record, and make the accounts."""
    token = (system_token(server_of(smart.issuer), system(smart.issuer)).body or {})["access_token"]
    for resource in resources():
        path = f"{resource['resourceType']}/{resource['id']}"
        found = await smart.fhir(path, token, "PUT", json=resource)
        assert found.status_code in (200, 201), found.text
    return Hospital(
        smart,
        _account(smart, "pasien", f"Patient/{ANI}"),
        _account(smart, "dokter", f"Practitioner/{DOCTOR}"),
    )


def _account(smart: Smart, role: str, fhir_user: str) -> User:
    user = User(f"{role}.{uuid.uuid4().hex[:8]}", role, PASSWORD_HASH, fhir_user=fhir_user)
    assert users.add(smart.issuer.database, user)
    return user


def resources() -> Iterator[dict[str, Any]]:
    yield {"resourceType": "Practitioner", "id": DOCTOR, "name": [{"text": "dr. Sari"}]}
    for id, name in ((ANI, "Ani Lestari"), (BUDI, "Budi Santoso")):
        yield {"resourceType": "Patient", "id": id, "name": [{"text": name}], "birthDate": "1990-01-02"}
    for id, patient in ((VISIT, ANI), ("kunjungan-2", BUDI)):
        yield {
            "resourceType": "Encounter",
            "id": id,
            "status": "in-progress",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "subject": {"reference": f"Patient/{patient}"},
            "participant": [{"individual": {"reference": f"Practitioner/{DOCTOR}"}}],
            "period": {"start": "2026-11-24T08:00:00+08:00"},
        }
    for patient in (ANI, BUDI):
        yield from _findings(patient)


def _findings(patient: str) -> Iterator[dict[str, Any]]:
    subject = {"reference": f"Patient/{patient}"}
    active = [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
    for type, categories in GRANULAR.items():
        for number, category in enumerate(categories):
            system, _, code = category.partition("|")
            row = {
                "resourceType": type,
                "id": f"{type.lower()}-{patient}-{number}",
                "category": [{"coding": [{"system": system, "code": code}]}],
                "code": {"text": code},
                "subject": subject,
            }
            more = {"status": "final"} if type == "Observation" else {"clinicalStatus": {"coding": active}}
            yield {**row, **more}
