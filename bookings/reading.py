"""What the asks of one moment look at: read in three rounds, however many they are."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bookings import booking as bookings
from bookings import refusals
from bookings import session as sessions
from bookings.booking import Booking
from bookings.ledger import Ask, Ledger
from bookings.rules import Rules
from bookings.session import Session
from fhir_server.messages import Parameters
from fhir_server.record import Record
from fhir_server.search.query import parse
from fhir_server.store.answers import Answer
from fhir_server.store.documents import Document
from resources.booking import ONE_A_DAY, ONE_A_REFERRAL, one_a_day

FREES = ("cancel", "expire", "reschedule", "miss")
"""What may give a place to who waits."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`documents`: of the Slots and Appointments, by type and id; `answers`: given before, by their key."""

    ledger: Ledger
    documents: Mapping[tuple[str, str], Document]
    answers: Mapping[str, Answer]


async def read(hospital: Record, rules: Rules, asks: Sequence[Ask], claims: Sequence[str]) -> Reading:
    """`hospital`: the record without limits; `claims`: the keys of their Idempotency-Keys."""
    named = await by_id(hospital, "Appointment", (ask.booking for ask in asks))
    about = {one.id: one for one in _bookings(named)}
    slots, people = await asyncio.gather(
        by_id(hospital, "Slot", [*(ask.session for ask in asks), *(one.session for one in about.values())]),
        by_id(hospital, "Patient", (url.removeprefix("Patient/") for url in _patients(asks, about))),
    )
    held = {session.id: session for document in slots if (session := sessions.read(document["resource"]))}
    others, queues = await asyncio.gather(
        _with_keys(hospital, [key for ask in asks for key in _keys(ask, about.get(ask.booking), held, rules)]),
        _waiting(hospital, {about[ask.booking].session for ask in asks if _may_free(ask, about)}, held),
    )
    # Last: a booking that was seen above has its answer by now, if it was made under one of these keys.
    answers = await hospital.answered(claims) if claims else {}
    appointments = {document["_id"]: document for document in (*others, *queues, *named)}
    ledger = Ledger(
        rules,
        held,
        {one.id: one for one in _bookings(appointments.values())},
        frozenset(f"Patient/{document['_id']}" for document in people if _can_book(document["resource"])),
    )
    documents = {("Slot", document["_id"]): document for document in slots}
    documents |= {("Appointment", id): document for id, document in appointments.items()}
    return Reading(ledger, documents, answers)


def _patients(asks: Iterable[Ask], about: Mapping[str, Booking]) -> Iterator[str]:
    """Who gets a place."""
    for ask in asks:
        yield about[ask.booking].patient if ask.what == "reschedule" and ask.booking in about else ask.patient


async def by_id(hospital: Record, type: str, ids: Iterable[str]) -> list[Document]:
    """Those that are there, of ids some of which may be empty."""
    wanted = {id for id in ids if id}
    return await hospital.read_many({type: wanted}) if wanted else []


async def session_of(hospital: Record, id: str) -> Session:
    """The session of a Slot. Raises Refused where there is none."""
    documents = await by_id(hospital, "Slot", [id])
    session = sessions.read(documents[0]["resource"]) if documents else None
    if session is None:
        raise refusals.no_session()
    return session


async def found(hospital: Record, type: str, parameters: Parameters, stages: Sequence[Document] = ()) -> list[Document]:
    """All that match a search. `stages`: of the store, what they are passed through."""
    plan = await hospital.plan(parse(type, parameters, extra=hospital.site.extra))
    return await hospital.gather(type, plan.filter, stages)


def _bookings(documents: Iterable[Document]) -> Iterator[Booking]:
    read = (bookings.read(document["resource"]) for document in documents)
    return (one for one in read if one is not None)


def _keys(ask: Ask, about: Booking | None, held: Mapping[str, Session], rules: Rules) -> Iterator[str]:
    """The business keys of live bookings that a new one could collide with."""
    session = held.get(ask.session)
    if session is None:
        return
    patient = about.patient if about else ask.patient
    referral = about.referral if about else ask.referral
    yield f"{ONE_A_DAY}|{one_a_day(patient, session.poli, session.day(rules.zone).isoformat())}"
    if referral:
        yield f"{ONE_A_REFERRAL}|{referral}"


async def _with_keys(hospital: Record, keys: Sequence[str]) -> list[Document]:
    return await hospital.gather("Appointment", {"keys": {"$in": sorted(set(keys))}}) if keys else []


def _may_free(ask: Ask, about: Mapping[str, Booking]) -> bool:
    return ask.what in FREES and ask.booking in about


async def _waiting(hospital: Record, ids: Iterable[str], held: Mapping[str, Session]) -> list[Document]:
    """The waiting lists of these sessions, where somebody is on them."""
    urls = sorted(held[id].url for id in ids if id in held and held[id].waiting)
    if not urls:
        return []
    return await found(hospital, "Appointment", (("slot", ",".join(urls)), ("status", "waitlist")))


def _can_book(patient: Document) -> bool:
    """Neither dead, nor replaced by another record, nor put out of use."""
    replaced = any(link.get("type") == "replaced-by" for link in patient.get("link", ()))
    dead = patient.get("deceasedBoolean") is True or "deceasedDateTime" in patient
    return patient.get("active", True) is not False and not dead and not replaced
