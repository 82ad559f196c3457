"""What BPJS means by its codes: which clinic, doctor, session and patient of ours.

What is read for a request is given to its record, whose access decides and whose journal tells of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, tzinfo

from bookings.asking import Clerk, Wanted
from bookings.reading import found
from bookings.session import Session
from exchange.bpjs.dialect import (
    NO_PATIENT,
    NO_POLI,
    OTHER_PERSON,
    OTHER_RECORD,
    UNKNOWN_PATIENT,
    Rejected,
    no_schedule,
)
from fhir_server.access import visible
from fhir_server.messages import Parameters, Resource
from fhir_server.record import Record
from fhir_server.store.documents import Document
from resources.identifiers import identifiers
from resources.registry import business_keys
from resources.systems import BPJS_DOCTOR_PREFIX, BPJS_PREFIX, MRN_PREFIX, NIK, POLI_PREFIX


async def seen(record: Record, hospital: Record, type: str, parameters: Parameters) -> list[Document]:
    """All that match and that the caller of `record` may see. Raises Forbidden."""
    allowed = visible(record.caller, type, "s")
    documents = [one for one in await found(hospital, type, parameters) if allowed.allows(one)]
    record.gives(type, documents)
    return documents


async def check_poli(hospital: Record, organization: str, code: str) -> None:
    """Raises Rejected where no doctor has hours there."""
    plans = await found(hospital, "Schedule", (("service-type", f"{POLI_PREFIX}{organization}|{code}"),))
    if not plans:
        raise Rejected(NO_POLI, status=404)


async def session(record: Record, clerk: Clerk, organization: str, wanted: tuple[str, int, date, str]) -> Session:
    """`wanted`: kodepoli, kodedokter, tanggalperiksa, jampraktek (08:00-12:00). Raises Rejected."""
    poli, code, day, hours = wanted
    doctors = await found(
        clerk.hospital(), "Practitioner", (("identifier", f"{BPJS_DOCTOR_PREFIX}{organization}|{code}"),)
    )
    if not doctors:
        raise no_schedule()
    doctor, zone = doctors[0]["resource"], clerk.desk.rules.zone
    asked = Wanted(f"{POLI_PREFIX}{organization}|{poli}", f"Practitioner/{doctor['id']}", day, day)
    held = [one for one, _ in await clerk.sessions(record, asked)]
    fitting = next((one for one in held if one.day(zone) == day and hours_of(one, zone) == hours), None)
    if fitting is None:
        raise no_schedule(_name(doctor))
    return fitting


def hours_of(session: Session, zone: tzinfo) -> str:
    """jampraktek, by the hospital's clock."""
    return f"{session.start.astimezone(zone):%H:%M}-{session.end.astimezone(zone):%H:%M}"


async def patient(record: Record, hospital: Record, card: str, nik: str) -> Resource:
    """Whoever has this card and this NIK; where the record has only one of them, whoever has that. Raises Rejected."""
    documents = await seen(record, hospital, "Patient", (("identifier", f"{card},{nik}"),))
    people: list[tuple[Resource, set[str]]] = [
        (one["resource"], set(business_keys(one["resource"]))) for one in documents
    ]
    known = [(one, keys) for one, keys in people if _has_card(keys, card) or f"{NIK}|{nik}" in keys]
    if not known:
        raise Rejected(NO_PATIENT, UNKNOWN_PATIENT, status=404)
    if len(known) > 1 or _is_another(known[0][1], card, nik):
        raise Rejected(OTHER_PERSON)
    return known[0][0]


def _has_card(keys: Iterable[str], card: str) -> bool:
    return any(key.startswith(BPJS_PREFIX) and key.endswith(f"|{card}") for key in keys)


def _is_another(keys: set[str], card: str, nik: str) -> bool:
    """Whether the record has a card or a NIK, and it is not this one."""
    other_card = any(key.startswith(BPJS_PREFIX) for key in keys) and not _has_card(keys, card)
    other_nik = any(key.startswith(f"{NIK}|") for key in keys) and f"{NIK}|{nik}" not in keys
    return other_card or other_nik


def check_record_number(patient: Resource, number: str) -> None:
    """The norm that was sent, where one was: one that the patient has or had, with or without the zeros before it.
    Raises Rejected."""
    own = {one.value.lstrip("0") for one in identifiers(patient) if one.system.startswith(MRN_PREFIX)}
    if number and own and number.lstrip("0") not in own:
        raise Rejected(OTHER_RECORD)


def record_number(patient: Resource) -> str:
    """norm; "" where there is none."""
    return next((one.value for one in identifiers(patient) if one.current and one.system.startswith(MRN_PREFIX)), "")


def card_number(patient: Resource) -> str:
    """nopeserta; "" for who is not insured there."""
    return next((one.value for one in identifiers(patient) if one.current and one.system.startswith(BPJS_PREFIX)), "")


def _name(practitioner: Resource) -> str:
    return next((str(one["text"]) for one in practitioner.get("name", ()) if one.get("text")), "")
