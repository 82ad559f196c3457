"""What is done with a ticket: Ticket -> Ticket, and from which state each move is allowed. Pure; all raise Refused.

https://hl7.org/fhir/R4/task.html#statemachine
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from bookings.refusals import Refused
from bookings.ticket import CALLED, PRIORITIES, SERVED, WAITING, Ticket
from resources.issues import Text

Move = Literal["call", "recall", "skip", "absent", "serve", "finish", "transfer", "cancel", "priority"]
State = Literal["waiting", "skipped", "called", "served", "completed", "cancelled"]

ALLOWED: Mapping[Move, frozenset[State]] = {
    "call": frozenset({"waiting", "skipped"}),
    "recall": frozenset({"called", "skipped"}),
    "skip": frozenset({"called"}),
    "absent": frozenset({"waiting", "skipped", "called"}),
    "serve": frozenset({"called"}),
    "finish": frozenset({"served"}),
    "transfer": frozenset({"waiting", "skipped", "called", "served"}),
    "cancel": frozenset({"waiting", "skipped", "called", "served"}),
    "priority": frozenset({"waiting", "skipped"}),
}

ADVICE: Mapping[State, Text] = {
    "waiting": Text("is waiting: call it first", "masih menunggu: panggil dahulu"),
    "skipped": Text("was skipped: recall it first", "sudah dilewati: panggil ulang dahulu"),
    "called": Text(
        "is being called: recall, serve or skip it, or mark it absent",
        "sedang dipanggil: panggil ulang, layani, lewati, atau tandai tidak hadir",
    ),
    "served": Text("is being served: finish or transfer it", "sedang dilayani: selesaikan atau teruskan"),
    "completed": Text("is finished: take another number", "sudah selesai: ambil nomor baru bila perlu"),
    "cancelled": Text("was cancelled: take another number", "sudah dibatalkan: ambil nomor baru bila perlu"),
}

_STATES: Mapping[str, State] = {WAITING: "waiting", CALLED: "called", SERVED: "served"}


def state(ticket: Ticket) -> State:
    """Task.status, with what has been skipped apart."""
    if ticket.status in ("completed", "cancelled"):
        return "completed" if ticket.status == "completed" else "cancelled"
    return "skipped" if ticket.status == WAITING and ticket.note == "skipped" else _STATES[ticket.status]


def call(ticket: Ticket, at: datetime, counter: str = "") -> Ticket:
    _check(ticket, "call")
    return _called(ticket, at, counter)


def recall(ticket: Ticket, at: datetime, counter: str = "") -> Ticket:
    """Once more who did not come, also after they were skipped."""
    _check(ticket, "recall")
    return _called(ticket, at, counter)


def skip(ticket: Ticket, at: datetime) -> Ticket:
    """Who was called and did not come waits until they are recalled."""
    _check(ticket, "skip")
    return replace(ticket, status="requested", note="skipped")


def absent(ticket: Ticket, at: datetime) -> Ticket:
    _check(ticket, "absent")
    return replace(ticket, status="cancelled", note="absent", finished=_not_before(ticket, at))


def serve(ticket: Ticket, at: datetime) -> Ticket:
    _check(ticket, "serve")
    return replace(ticket, status="in-progress", note="", started=_not_before(ticket, at))


def finish(ticket: Ticket, at: datetime) -> Ticket:
    _check(ticket, "finish")
    return replace(ticket, status="completed", finished=_not_before(ticket, at))


def transfer(ticket: Ticket, at: datetime) -> Ticket:
    """Ends it here, because the patient goes on elsewhere: finished where they were served, else cancelled."""
    _check(ticket, "transfer")
    return finish(ticket, at) if ticket.status == SERVED else cancel(ticket, at)


def cancel(ticket: Ticket, at: datetime) -> Ticket:
    """Also of who is at the loket."""
    _check(ticket, "cancel")
    return replace(ticket, status="cancelled", note="", finished=_not_before(ticket, at))


def give_priority(ticket: Ticket, at: datetime, reason: str) -> Ticket:
    """`reason`: of PRIORITIES."""
    if reason not in PRIORITIES:
        known = ", ".join(PRIORITIES)
        raise Refused(
            "priority",
            Text(
                f"Priority is given for one of these reasons: {known}.", f"Prioritas perlu salah satu alasan: {known}."
            ),
        )
    _check(ticket, "priority")
    return replace(ticket, priority=reason)


def _called(ticket: Ticket, at: datetime, counter: str) -> Ticket:
    at = _not_before(ticket, at)
    return replace(
        ticket,
        status="received",
        note="recalled" if ticket.calls else "",
        called=ticket.called or at,
        last_called=at,
        calls=ticket.calls + 1,
        counter=counter or ticket.counter,
    )


def _not_before(ticket: Ticket, at: datetime) -> datetime:
    """Clocks of two processes differ; what happens to a ticket does not go back in time."""
    before = (ticket.queued, ticket.last_called, ticket.started)
    return max([at, *(moment for moment in before if moment is not None)])


def _check(ticket: Ticket, move: Move) -> None:
    found = state(ticket)
    if found not in ALLOWED[move]:
        advice = ADVICE[found]
        text = Text(f"Ticket {ticket.ticket} {advice.en}.", f"Nomor antrean {ticket.ticket} {advice.id}.")
        raise Refused("ticket-state", text, status=409)
