"""Leave and closures as operations of FHIR: Schedule/{id}/$close, $reopen.

https://hl7.org/fhir/R4/operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from auth.caller import Caller
from bookings.asking import Clerk
from bookings.generating import Planning, keep
from bookings.practice import Leave, hours, leaves, with_leaves
from bookings.reading import by_id
from bookings.refusals import Refused
from bookings.rules import SHORTEST_REASON
from bookings.sent import Sent, day_of, id_of, text_of, wrong
from bookings.session import poli_coding
from fhir_server.access import Access, writable
from fhir_server.changes import Change
from fhir_server.interactions.dispatch import Route, operation
from fhir_server.interactions.operations.parameters import parameters
from fhir_server.messages import FhirRequest, FhirResponse, Resource
from fhir_server.persisting import persistently
from fhir_server.record import Record
from resources.issues import Text
from resources.practice import LONGEST_LEAVE

COUNTS = ("closed", "reopened", "changed", "moved", "cancelled", "told")
Edit = Callable[[list[Leave]], list[Leave]]
TOO_OFTEN = Text("This schedule changes too often: try again.", "Jadwal ini sedang diubah: coba lagi.")


def routes(clerk: Clerk) -> Iterable[Route]:
    """The rows for the table of interactions."""
    doors = ScheduleOperations(clerk)
    for code, interaction in (("$close", doors.close), ("$reopen", doors.reopen)):
        yield Route("POST", f"{{type}}/{{id}}/{code}", interaction, code, operation(code, "Schedule"))


class ScheduleOperations:
    """Writes leave into a Schedule, and at once makes its sessions what it says then."""

    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk

    async def close(self, request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
        """Parameters: from, to (dates; to: default from), reason, move-to (a Schedule of the same poli that takes the
        bookings over while places last). What was done, in numbers. Raises Forbidden, BadRequest, Refused, NotFound."""
        sent = parameters(request)
        since, until = self._span(sent)
        reason = text_of(sent, "reason")
        if len(reason) < SHORTEST_REASON:
            raise wrong("reason", f"alasan untuk pasien, paling sedikit {SHORTEST_REASON} karakter")
        move_to = f"Schedule/{id_of(sent, 'move-to', 'Schedule')}" if "move-to" in sent else ""
        leave = Leave(since, until, reason, move_to)
        return await self._changed(record, id, lambda rows: [*without(rows, since, until), leave], leave)

    async def reopen(self, request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
        """Parameters: from, to, reason (not needed). Holidays stay closed, and what was cancelled stays cancelled."""
        sent = parameters(request)
        since, until = self._span(sent)
        opened = Leave(since, until, text_of(sent, "reason"))
        return await self._changed(record, id, lambda rows: list(without(rows, since, until)), opened)

    def _span(self, sent: Sent) -> tuple[date, date]:
        since = day_of(sent, "from")
        until = day_of(sent, "to") or since
        if since is None or until is None:
            raise wrong("from", "YYYY-MM-DD")
        today = self._clerk.clock().astimezone(self._clerk.desk.rules.zone).date()
        if since < today:
            raise wrong("from", "hari ini atau sesudahnya (YYYY-MM-DD)")
        if until < since or until - since >= LONGEST_LEAVE:
            raise wrong("to", f"tidak sebelum from, paling lama {LONGEST_LEAVE.days} hari")
        return since, until

    async def _changed(self, record: Record, id: str, edit: Edit, asked: Leave) -> FhirResponse:
        """`asked`: of which the reason goes into the journal."""
        allowed = check_may_plan(record.caller)
        await self._write(record, id, edit, asked=asked, allowed=allowed)
        done = await keep(Planning(self._clerk, record), id)
        rows = [{"name": name, "valueInteger": done[name]} for name in COUNTS]
        return FhirResponse(200, {"resourceType": "Parameters", "parameter": rows})

    async def _write(self, record: Record, id: str, edit: Edit, *, asked: Leave, allowed: Access) -> None:
        async def attempt() -> None:
            document = await record.read("Schedule", id)
            schedule: Resource = document["resource"]
            if not hours(schedule):
                raise no_hours()
            if not allowed.allows(document):
                raise may_not_plan()
            if asked.move_to:
                await self._check_takes_over(schedule, asked.move_to)
            changed = with_leaves(schedule, edit(leaves(schedule)))
            change = Change.update(changed, id, if_match=document["version"])
            await self._clerk.hospital().carry_out([record.errand([change], remark=asked.reason)])

        await persistently(attempt, TOO_OFTEN)

    async def _check_takes_over(self, schedule: Resource, move_to: str) -> None:
        documents = await by_id(self._clerk.hospital(), "Schedule", [move_to.removeprefix("Schedule/")])
        other = documents[0]["resource"] if documents else None
        if other is None or other["id"] == schedule["id"] or not hours(other) or _poli(other) != _poli(schedule):
            raise cannot_take_over()


def without(rows: Iterable[Leave], since: date, until: date) -> Iterator[Leave]:
    """What is left of leaves when these days are taken out of them."""
    for row in rows:
        if row.since < since:
            yield replace(row, until=min(row.until, since - timedelta(days=1)))
        if row.until > until:
            yield replace(row, since=max(row.since, until + timedelta(days=1)))


def check_may_plan(caller: Caller) -> Access:
    """The schedules that the caller may close: of a role that plans, also where it may not write them otherwise, within
    its scopes. Raises Forbidden, Refused."""
    role = caller.role
    if caller.everything or role is None:
        return writable(caller, "Schedule", "u")
    if not role.plans:
        raise may_not_plan()
    return writable(replace(caller, role=replace(role, rights=role.rights | {("Schedule", "u")})), "Schedule", "u")


def _poli(schedule: Resource) -> tuple[str | None, str | None]:
    coding = poli_coding(schedule) or {}
    return coding.get("system"), coding.get("code")


def may_not_plan() -> Refused:
    return Refused(
        "planning",
        Text(
            "Only staff who keep the schedules close and reopen them: ask the registration desk.",
            "Hanya petugas pengelola jadwal yang boleh menutup dan membuka jadwal praktik: hubungi loket pendaftaran.",
        ),
        status=403,
    )


def no_hours() -> Refused:
    return Refused(
        "no-hours",
        Text(
            "This schedule has no weekly hours: its sessions are not made by it.",
            "Jadwal ini tidak memuat jam praktik mingguan: sesinya tidak dibuat dari jadwal ini.",
        ),
    )


def cannot_take_over() -> Refused:
    return Refused(
        "move-to",
        Text(
            "Bookings go to another schedule with weekly hours of the same clinic: choose one, or leave move-to out.",
            "Booking hanya dipindahkan ke jadwal praktik lain di poli yang sama: pilih yang lain, atau kosongkan.",
        ),
    )
