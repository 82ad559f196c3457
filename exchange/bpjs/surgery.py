"""Jadwal operasi: operations that were requested for a day, as BPJS has them.

An operation is a ServiceRequest of the category surgery; the clinic stands in its performerType.
https://hl7.org/fhir/R4/servicerequest.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from typing import Any

from bookings.reading import by_id
from exchange.bpjs.dialect import RANGE, Json, Rejected, milliseconds
from exchange.bpjs.looking_up import card_number, seen
from fhir_server.messages import Parameters, Resource
from fhir_server.record import Record
from fhir_server.store.documents import Document
from resources.identifiers import identifiers
from resources.moments import moment
from resources.systems import POLI_PREFIX, SERVICE_REQUEST_PREFIX, SNOMED

SURGERY = "387713003"
MOST_DAYS = 366
CRITERIA: Parameters = (("category", f"{SNOMED}|{SURGERY}"), ("status", "active,completed"))


async def between(record: Record, hospital: Record, since: date, until: date) -> list[Json]:
    """On these days, of all patients. Raises Rejected."""
    if until < since:
        raise Rejected(RANGE)
    if (until - since).days > MOST_DAYS:
        raise Rejected(f"Rentang Tanggal Paling Lama {MOST_DAYS} Hari")
    days = (("occurrence", f"ge{since.isoformat()}"), ("occurrence", f"le{until.isoformat()}"))
    documents = await seen(record, hospital, "ServiceRequest", (*CRITERIA, *days))
    ids = {_subject(one["resource"]) for one in documents}
    people = {one["_id"]: one["resource"] for one in await by_id(hospital, "Patient", ids)}
    return [
        {
            **row(one["resource"], record.site.zone),
            "nopeserta": card_number(people.get(_subject(one["resource"]), {})),
            "lastupdate": milliseconds(one["updated"]),
        }
        for one in _in_order(documents)
    ]


async def of_patient(record: Record, hospital: Record, card: str) -> list[Json]:
    """Of who has this card, whenever they are."""
    people = await seen(record, hospital, "Patient", (("identifier", card),))
    own = ",".join(f"Patient/{one['_id']}" for one in people if card_number(one["resource"]) == card)
    if not own:
        return []
    documents = await seen(record, hospital, "ServiceRequest", (*CRITERIA, ("subject", own)))
    return [row(one["resource"], record.site.zone) for one in _in_order(documents)]


def row(request: Resource, zone: tzinfo) -> Json:
    """The kodebooking is the request's own number, else its id."""
    clinic = _clinic(request)
    return {
        "kodebooking": _number(request),
        "tanggaloperasi": _day(_occurrence(request), zone),
        "jenistindakan": _words(request.get("code", {})),
        "kodepoli": clinic.get("code", ""),
        "namapoli": clinic.get("display", clinic.get("code", "")),
        "terlaksana": int(request["status"] == "completed"),
    }


def _in_order(documents: list[Document]) -> list[Document]:
    planned = [one for one in documents if _occurrence(one["resource"])]
    return sorted(planned, key=lambda one: (_occurrence(one["resource"]), one["_id"]))


def _occurrence(request: Resource) -> str:
    """A date or a moment; "" where none is planned."""
    return str(request.get("occurrenceDateTime") or request.get("occurrencePeriod", {}).get("start", ""))


def _day(text: str, zone: tzinfo) -> str:
    """At the hospital."""
    found: datetime | None = moment(text) if len(text) > len("2026-11-24") else None
    return found.astimezone(zone).date().isoformat() if found else text


def _clinic(request: Resource) -> dict[str, Any]:
    rows: Iterator[dict[str, Any]] = iter(request.get("performerType", {}).get("coding", ()))
    return next((one for one in rows if one.get("system", "").startswith(POLI_PREFIX)), {})


def _number(request: Resource) -> str:
    own = (one.value for one in identifiers(request) if one.system.startswith(SERVICE_REQUEST_PREFIX))
    return next(own, str(request["id"]))


def _words(concept: Resource) -> str:
    displays = (str(one.get("display", "")) for one in concept.get("coding", ()))
    return str(concept.get("text") or next(displays, ""))


def _subject(request: Resource) -> str:
    return str(request.get("subject", {}).get("reference", "")).removeprefix("Patient/")
