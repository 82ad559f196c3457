"""Small FHIR data types as plain dicts, and times of the hospital's clock. https://hl7.org/fhir/R4/datatypes.html"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from fhir_server.messages import Resource
from resources.systems import UCUM, local

Element = dict[str, Any]
Number = int | Decimal

ORGANIZATION = "100099999"
"""The number SATUSEHAT would give this hospital; no facility has it."""

KEMKES = "http://terminology.kemkes.go.id"
DRUG_FORM = "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm"
EXTENSION = "https://fhir.kemkes.go.id/r4/StructureDefinition/"

_WITA_OFFSET = timedelta(hours=8)


def local_id(kind: str) -> str:
    """The identifier system of this hospital for one kind of thing: local_id("encounter")."""
    return local(kind, ORGANIZATION)


def identifier(system: str, value: str, *, use: str = "official") -> Element:
    return {"use": use, "system": system, "value": value}


def coding(system: str, code: str, display: str | None = None) -> Element:
    return {"system": system, "code": code, "display": display} if display else {"system": system, "code": code}


def concept(system: str, code: str, display: str | None = None, *, text: str | None = None) -> Element:
    element: Element = {"coding": [coding(system, code, display)]}
    if text:
        element["text"] = text
    return element


def hl7(name: str, code: str, display: str) -> Element:
    """A concept of one of HL7's own code systems: hl7("condition-clinical", "active", "Active")."""
    return concept(f"http://terminology.hl7.org/CodeSystem/{name}", code, display)


def kemkes(name: str, code: str, display: str) -> Element:
    """A concept of one of the ministry's code systems."""
    return concept(f"{KEMKES}/CodeSystem/{name}", code, display)


def reference(resource: Resource, display: str | None = None) -> Element:
    element = {"reference": f"{resource['resourceType']}/{resource['id']}"}
    if display:
        element["display"] = display
    return element


def quantity(value: Number, unit: str, *, system: str = UCUM, code: str | None = None) -> Element:
    return {"value": value, "unit": unit, "system": system, "code": code or unit}


def extension(name: str, **value: object) -> Element:
    return {"url": EXTENSION + name, **value}


def wita(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of the hospital's day (UTC+8, no summer time), as UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - _WITA_OFFSET


def wita_date(moment: datetime) -> date:
    return (moment + _WITA_OFFSET).date()


def instant(moment: datetime) -> str:
    """As SATUSEHAT wants it: UTC, whole seconds, +00:00."""
    return moment.isoformat(timespec="seconds")


def span(start: datetime, end: datetime) -> Element:
    return {"start": instant(start), "end": instant(end)}


T = TypeVar("T")


def spread(items: Sequence[T], number: int) -> T:
    """One of the items by number, round and round."""
    return items[number % len(items)]
