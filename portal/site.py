"""What the patients' pages are made of: the sign-in, the record of each caller, and who answers FHIR requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from auth.caller import Caller
from auth.pages.site import Pages
from auth.people import Person
from auth.policy import Policy
from bookings.rules import Rules
from bookings.session import Session
from fhir_server.interactions.dispatch import Dispatcher
from fhir_server.reach import Remembered
from fhir_server.record import Record
from fhir_server.store.documents import now


@dataclass(frozen=True, slots=True)
class Portal:
    """`pages`: of signing in, with the hospital's name, zone and language; `settled`: a caller with the patients that
    it reaches now and what consents keep from it; `hospital`: the record without limits, for what the hospital itself
    does at a person's request; `base`: the public FHIR base; `names`: of the people of each account; `wait`: seconds
    until an address may look at another shared summary, 0 where it may now; `rules`: of booking; `timetable`: the
    sessions of the coming days, which anybody may know; `wrong`: told of an address that has asked for a booking code
    that is none; `barred`: seconds until such an address may try another code."""

    pages: Pages
    policy: Policy
    dispatcher: Dispatcher
    record_for: Callable[[Caller], Record]
    settled: Callable[[Caller], Awaitable[Caller]]
    hospital: Callable[[], Record]
    base: str
    names: Remembered[list[Person]] = field(default_factory=lambda: Remembered(now))
    wait: Callable[[str], float] = lambda address: 0.0
    rules: Rules = field(default_factory=Rules)
    timetable: Remembered[tuple[Session, ...]] = field(default_factory=lambda: Remembered(now))
    wrong: Callable[[str], float] = lambda address: 0.0
    barred: Callable[[str], float] = lambda address: 0.0
