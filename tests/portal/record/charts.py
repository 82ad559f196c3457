"""Resources of a record, as few elements as a page needs; and a patient with an account to see them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from auth.users import User
from fhir_server.changes import Change
from fhir_server.messages import Resource
from fhir_server.record import Record
from resources.systems import ICD_10, LOINC, UCUM
from tests.auth.accounts import somebody
from tests.journeys.tokens import given
from tests.portal.world import World

HOSTILE = '<script>alert(1)</script>"><img onerror=alert(2) src=x>{{7*7}}'
DAY = "2026-03-0{}T08:00:00+08:00"


@dataclass(frozen=True)
class Hospital:
    """Writes for the tests. `world`: where pages are asked for."""

    world: World
    record: Record

    async def write(self, *resources: Resource) -> None:
        await self.record.commit([Change.create(one) for one in resources])

    def token(self, role: str) -> str:
        """Of a new account with this role."""
        return given(self.world.smart, "user/*.cruds", somebody(self.world.smart.issuer, role))

    async def person(self) -> Person:
        """A new patient who has an account."""
        id = f"uji-{secrets.token_hex(6)}"
        name = [{"use": "official", "text": "Pasien Uji"}]
        await self.write(
            {"resourceType": "Patient", "id": id, "name": name, "gender": "female", "birthDate": "1980-01-01"}
        )
        return Person(self, id, somebody(self.world.smart.issuer, fhir_user=f"Patient/{id}"))


@dataclass(frozen=True)
class Person:
    """A patient, and her account."""

    hospital: Hospital
    id: str
    user: User

    @property
    def subject(self) -> Resource:
        return {"reference": f"Patient/{self.id}"}

    async def page(self, path: str, language: str = "id") -> httpx.Response:
        """One page below /portal/record."""
        mark = "&" if "?" in path else "?"
        return await self.hospital.world.page(f"/record{path}{mark}lang={language}", self.user)

    async def has(self, *resources: Resource) -> None:
        """Writes these into the patient's record."""
        await self.hospital.write(*(self._own(one) for one in resources))

    def _own(self, resource: Resource) -> Resource:
        element = "patient" if resource["resourceType"] in ("AllergyIntolerance", "Immunization") else "subject"
        return {**resource, "id": f"{self.id}-{resource['id']}", element: self.subject}

    def url(self, type: str, id: str) -> Resource:
        """A reference to one of her own."""
        return {"reference": f"{type}/{self.id}-{id}"}


def coded(system: str, code: str, text: str) -> Resource:
    return {"coding": [{"system": system, "code": code}], "text": text}


def encounter(id: str, day: int = 1, **more: Any) -> Resource:
    kind = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
    period = {"start": DAY.format(day), "end": DAY.format(day).replace("T08", "T10")}
    found = {"resourceType": "Encounter", "id": id, "status": "finished", "class": kind, "period": period}
    return {**found, "serviceType": {"text": "Poli Uji"}, **more}


def condition(person: Person, id: str, visit: str, code: Resource, **more: Any) -> Resource:
    category = coded("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis", "Diagnosis")
    found = {"resourceType": "Condition", "id": id, "code": code, "category": [category]}
    return {**found, "encounter": person.url("Encounter", visit), **more}


def icd(code: str, text: str) -> Resource:
    return coded(ICD_10, code, text)


def observation(id: str, code: str, value: Any, day: int = 1, **more: Any) -> Resource:
    """A quantity in mg/dL of the laboratory."""
    quantity = {"value": value, "unit": "mg/dL", "system": UCUM, "code": "mg/dL"}
    category = coded("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "Laboratorium")
    found = {"resourceType": "Observation", "id": id, "status": "final", "category": [category]}
    more = {"valueQuantity": quantity, "effectiveDateTime": DAY.format(day), **more}
    return {**found, "code": {"coding": [{"system": LOINC, "code": code}]}, **more}
