"""The desk of one process: what is asked for at one moment is judged together and written in one transaction.

Two processes do not give the same place twice: each writes the session that it read, or reads it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from bookings import booking as bookings
from bookings import leaving
from bookings import session as sessions
from bookings.booking import Booking
from bookings.idempotency import Claim
from bookings.ledger import Ask
from bookings.reading import Reading, read
from bookings.rules import Rules
from fhir_server.changes import Change
from fhir_server.decide import Committed, unchanged
from fhir_server.errors import FhirError
from fhir_server.persisting import persistently
from fhir_server.record import Record
from fhir_server.store.answers import Answer
from fhir_server.store.coalesce import Coalescer
from fhir_server.writing import Errand
from resources.issues import Text

TOO_MANY = Text(
    "Too many write to this session at once: try again.",
    "Terlalu banyak permintaan untuk sesi ini pada saat yang sama: coba lagi.",
)
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Request:
    """`record`: of whoever asks, for the journal; their right has been judged."""

    record: Record
    ask: Ask
    claim: Claim | None = None


class Desk:
    """`hospital`: gives the record without limits."""

    def __init__(self, hospital: Callable[[], Record], rules: Rules) -> None:
        self.rules = rules
        self._hospital = hospital
        self._asking: Coalescer[Request, Committed] = Coalescer(self._answer, most=MOST_AT_ONCE, lanes=1)

    async def __call__(self, request: Request) -> Committed:
        """What became of the Appointment. Raises Refused, Unavailable."""
        return await self._asking(request)

    async def _answer(self, requests: Sequence[Request]) -> list[Committed | BaseException]:
        """Together, or, where something is wrong with one of them, each alone."""
        try:
            return await self._together(requests)
        except FhirError as error:
            if len(requests) == 1 or error.status == 503:
                raise
        return [await self._alone(request) for request in requests]

    async def _alone(self, request: Request) -> Committed | BaseException:
        try:
            return (await self._together([request]))[0]
        except FhirError as error:
            return error

    async def _together(self, requests: Sequence[Request]) -> list[Committed | BaseException]:
        return await persistently(partial(self._attempt, requests), TOO_MANY)

    async def _attempt(self, requests: Sequence[Request]) -> list[Committed | BaseException]:
        reading = await self._read(requests)
        visits = await leaving.read(self._hospital(), reading.ledger, [request.ask for request in requests])
        refused: dict[int, Committed | BaseException] = {}
        work = _Work.on(reading, visits)
        for place, request in enumerate(requests):
            try:
                if request.claim is not None and request.claim.key in reading.answers:
                    refused[place] = await self._again(request, request.claim.check(reading.answers[request.claim.key]))
                else:
                    work.do(place, request)
            except FhirError as error:
                refused[place] = error
        errands = work.errands()
        rows = await self._hospital().carry_out(list(errands.values())) if errands else []
        granted = work.results(dict(zip(errands, rows, strict=True)))
        again = {place: await self._again(requests[place], answer) for place, answer in work.repeated(granted)}
        results = {**refused, **granted, **again}
        return [results[place] for place in range(len(requests))]

    async def _read(self, requests: Sequence[Request]) -> Reading:
        claims = [request.claim.key for request in requests if request.claim is not None]
        return await read(self._hospital(), self.rules, [request.ask for request in requests], claims)

    async def _again(self, request: Request, answer: Answer) -> Committed:
        """What was answered under the same key before, as it was then."""
        found = await self._hospital().vread(answer.type, answer.id, answer.version)
        request.record.gives(answer.type, [found])
        return unchanged(answer.type, found)


def _remark(ask: Ask) -> str:
    """What the journal keeps of the reasons of staff."""
    return ask.overbook or (ask.reason if ask.is_desk else "")


@dataclass(slots=True)
class _Work:
    """The asks that were granted, and what has to be written for them."""

    reading: Reading
    visits: Mapping[str, leaving.Visit]
    before: tuple[dict[str, sessions.Session], dict[str, Booking]]
    granted: dict[int, str] = field(default_factory=dict)
    errands_of: dict[str, Request] = field(default_factory=dict)
    claimed: dict[str, tuple[str, str]] = field(default_factory=dict)
    claimed_again: dict[int, Claim] = field(default_factory=dict)

    @classmethod
    def on(cls, reading: Reading, visits: Mapping[str, leaving.Visit]) -> _Work:
        return cls(reading, visits, (dict(reading.ledger.sessions), dict(reading.ledger.bookings)))

    def do(self, place: int, request: Request) -> None:
        """Raises Refused."""
        claim = request.claim
        if claim is not None and claim.key in self.claimed:
            asked, self.granted[place] = self.claimed[claim.key]
            claim.check(replace(claim.answer("Appointment", self.granted[place], 0), request=asked))
            self.claimed_again[place] = claim
            return
        booking = self.reading.ledger.carry_out(request.ask)
        self.granted[place] = booking.id
        self.errands_of.setdefault(booking.id, request)
        if claim is not None:
            self.claimed[claim.key] = claim.request, booking.id

    def errands(self) -> dict[str, Errand]:
        """By the id of the Appointment, which is the first change of each; what else changes goes with the first."""
        ledger, (sessions_before, bookings_before) = self.reading.ledger, self.before
        changed = {id: one for id, one in ledger.bookings.items() if one != bookings_before.get(id)}
        rest = [self._slot(one) for id, one in ledger.sessions.items() if one != sessions_before.get(id)]
        rest += [self._appointment(one) for id, one in changed.items() if id not in self.errands_of]
        errands = {}
        for id, request in self.errands_of.items():
            if id not in changed:
                continue
            answer = request.claim.answer("Appointment", id, self._version(id) + 1) if request.claim else None
            changes = [self._appointment(changed[id]), *self._visit(request.ask, changed[id]), *rest]
            errands[id] = request.record.errand(changes, answer, remark=_remark(request.ask))
            rest = []
        return errands

    def results(self, committed: Mapping[str, Sequence[Committed]]) -> dict[int, Committed]:
        return {place: self._result(id, committed) for place, id in self.granted.items()}

    def repeated(self, granted: Mapping[int, Committed]) -> Iterator[tuple[int, Answer]]:
        """Those who asked under a key of another of the same moment, and what that one was answered."""
        for place, claim in self.claimed_again.items():
            given = granted[place]
            assert given.version is not None
            yield place, claim.answer(given.type, given.id, given.version)

    def _visit(self, ask: Ask, booking: Booking) -> Iterator[Change]:
        if booking.id in self.visits and booking.status == "cancelled":
            yield from leaving.changes(self.visits[booking.id], ask.now)

    def _result(self, id: str, committed: Mapping[str, Sequence[Committed]]) -> Committed:
        if id in committed:
            return committed[id][0]
        found = self.reading.documents["Appointment", id]
        self.errands_of[id].record.gives("Appointment", [found])
        return unchanged("Appointment", found)

    def _appointment(self, booking: Booking) -> Change:
        document = self.reading.documents.get(("Appointment", booking.id))
        session = self.reading.ledger.sessions[booking.session]
        if document is None:
            return Change.create(bookings.write(booking, session), id=booking.id)
        resource = bookings.write(booking, session, document["resource"])
        return Change.update(resource, booking.id, if_match=document["version"])

    def _slot(self, session: sessions.Session) -> Change:
        document = self.reading.documents["Slot", session.id]
        return Change.update(sessions.write(session, document["resource"]), session.id, if_match=document["version"])

    def _version(self, id: str) -> int:
        document = self.reading.documents.get(("Appointment", id))
        return document["version"] if document is not None else 0
