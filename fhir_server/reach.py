"""Whose records a caller reaches now: whom the person treats, who is in the hospital, what consents keep from them.

It is found out of the record itself and remembered for a short time, so that it takes effect on tokens that live.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from auth.caller import Caller, Hidden
from auth.policy import Role
from fhir_server.access import CONFIDENTIALITY
from fhir_server.audit.audit_event import CLIENT
from fhir_server.consent import EMERGENCY, RESTRICTS, Asking, kept_from, merged
from fhir_server.errors import Unavailable
from fhir_server.messages import Parameters, Resource
from fhir_server.record import Record
from fhir_server.search.escapes import escape
from fhir_server.search.query import parse
from fhir_server.store.documents import Document, instant, now
from resources import privacy
from resources.issues import Text

Value = TypeVar("Value")
Clock = Callable[[], datetime]

FRESH = timedelta(seconds=10)
MOST_PATIENTS = 5_000
"""Of more, those of the newest visits."""

MOST_CONSENTS = 20_000
AFTER_LEAVING = timedelta(days=2)
DEEP = 8
"""How many organizations stand above one another at most."""

OTHER_FACILITIES = privacy.token("other-facilities")
UNFINISHED = "arrived,triaged,in-progress,onleave"
VOID = "cancelled,entered-in-error"


class Remembered(Generic[Value]):
    """What was found out less than FRESH ago; asked by several at once, it is found out once."""

    def __init__(self, clock: Clock, most: int = 5_000) -> None:
        self._clock = clock
        self._most = most
        self._kept: dict[Hashable, tuple[datetime, asyncio.Future[Value]]] = {}

    async def get(self, key: Hashable, find: Callable[[], Awaitable[Value]]) -> Value:
        since, found = self._kept.get(key, (None, None))
        at = self._clock()
        if found is None or since is None or not since <= at < since + FRESH or _failed(found):
            if len(self._kept) >= self._most:
                self._kept.clear()
            found = asyncio.ensure_future(find())
            self._kept[key] = at, found
        return found.result() if found.done() else await asyncio.shield(found)


def _failed(found: asyncio.Future[Value]) -> bool:
    return found.done() and (found.cancelled() or found.exception() is not None)


class Reach:
    """`record`: gives the record without limits; `hospital`: the id of its own Organization. Who works only in
    organizations that are no part of it is of another facility."""

    def __init__(self, record: Callable[[], Record], clock: Clock = now, *, hospital: str = "") -> None:
        self._record = record
        self._clock = clock
        self._hospital = hospital
        self._people: Remembered[frozenset[str]] = Remembered(clock)
        self._askers: Remembered[frozenset[str]] = Remembered(clock)
        self._patients: Remembered[frozenset[str]] = Remembered(clock)
        self._consents: Remembered[Sequence[tuple[str, list[Resource]]]] = Remembered(clock)
        self._kept: Remembered[frozenset[Hidden]] = Remembered(clock)

    async def settled(self, caller: Caller) -> Caller:
        """The caller with the patients that it reaches now, and what their consents keep from it. Raises
        Unavailable."""
        role = caller.role
        if caller.everything or role is None:
            return caller
        patients, opened = caller.patients, frozenset[str]()
        if role.patients in ("treated", "present"):
            patients = await self._patients.get(*self._whom(caller, role))
        if role.break_glass and patients is not None:
            opened = await self._record().opened(caller.subject, self._clock()) - patients
            patients |= opened
        key = caller.person or caller.client, caller.purpose, patients, opened
        settled = replace(caller, patients=patients, opened=opened) if patients is not caller.patients else caller
        hidden = await self._kept.get(key, lambda: self._hidden(settled))
        return replace(settled, hidden=hidden) if hidden else settled

    def _whom(self, caller: Caller, role: Role) -> tuple[Hashable, Callable[[], Awaitable[frozenset[str]]]]:
        if role.patients == "present":
            return "present", self._present
        return (caller.person, role.days), lambda: self._treated(caller.person, role.days)

    async def _present(self) -> frozenset[str]:
        since = instant(self._clock() - AFTER_LEAVING)
        return await self._of_visits(
            ("Encounter", (("status", UNFINISHED),)),
            ("Encounter", (("status", "finished"), ("date", f"ge{since}"))),
        )

    async def _treated(self, person: str | None, days: int) -> frozenset[str]:
        if person is None:
            return frozenset()
        since = instant(self._clock() - timedelta(days=days))
        whom = ",".join(sorted(await self._people_of(person)))
        return await self._of_visits(
            ("Encounter", (("participant", whom), ("status", UNFINISHED))),
            ("Encounter", (("participant", whom), ("status:not", VOID), ("date", f"ge{since}"))),
            ("Appointment", (("actor", whom), ("status:not", f"{VOID},noshow"), ("date", f"ge{since}"))),
        )

    async def _of_visits(self, *searches: tuple[str, Parameters]) -> frozenset[str]:
        record = self._record()
        found: dict[str, None] = {}
        for type, parameters in searches:
            plan = await record.plan(parse(type, parameters))
            stages: list[Document] = [
                {"$sort": {"updated": -1}},
                {"$limit": MOST_PATIENTS},
                {"$group": {"_id": "$compartments.Patient"}},
            ]
            for row in await record.gather(type, plan.filter, stages):
                found.update(dict.fromkeys(row["_id"] or ()))
        return frozenset(list(found)[:MOST_PATIENTS])

    async def _people_of(self, person: str) -> frozenset[str]:
        """The person, the roles it has in organizations, and these."""

        async def find() -> frozenset[str]:
            record = self._record()
            plan = await record.plan(parse("PractitionerRole", (("practitioner", person),)))
            rows = [row["resource"] for row in await record.gather("PractitionerRole", plan.filter, [{"$limit": 100}])]
            organizations = (row.get("organization", {}).get("reference") for row in rows)
            roles = (f"PractitionerRole/{row['id']}" for row in rows)
            return frozenset({person, *roles, *(url for url in organizations if url)})

        return await self._people.get(person, find)

    async def _who_asks(self, caller: Caller) -> frozenset[str]:
        """What consents may name this caller by."""
        if caller.person:
            people = await self._people_of(caller.person)
        else:
            people = await self._owners_of(caller.client) if caller.client else frozenset()
        organizations = frozenset(url for url in people if url.startswith("Organization/"))
        if organizations and self._hospital and await self._is_outside(organizations):
            return people | {OTHER_FACILITIES}
        return people

    async def _owners_of(self, client: str) -> frozenset[str]:
        """The organization that a system belongs to: it has the system's name among its identifiers."""
        record = self._record()
        plan = await record.plan(parse("Organization", (("identifier", f"{CLIENT}|{escape(client)}"),)))
        rows = await record.gather("Organization", plan.filter, [{"$limit": 100}, {"$project": {"_id": True}}])
        return frozenset(f"Organization/{row['_id']}" for row in rows)

    async def _is_outside(self, organizations: frozenset[str]) -> bool:
        """Whether none of them is the hospital or a part of it."""
        record, level, seen = self._record(), {url.partition("/")[2] for url in organizations}, set[str]()
        for _ in range(DEEP):
            if self._hospital in level or not level:
                break
            rows = await record.read_many({"Organization": level})
            above = (row["resource"].get("partOf", {}).get("reference", "") for row in rows)
            seen |= level
            level = {url.rpartition("/")[2] for url in above if url} - seen
        return self._hospital not in level

    async def _hidden(self, caller: Caller) -> frozenset[Hidden]:
        concerned = [
            (patient, consents)
            for patient, consents in await self._consents.get("all", self._restricting)
            if (caller.patients is None or patient in caller.patients) and caller.person != f"Patient/{patient}"
        ]
        found = [_very_restricted(caller.opened)] if caller.opened else []
        if concerned:
            people = await self._askers.get(caller.person or caller.client, lambda: self._who_asks(caller))
            for patient, consents in concerned:
                purposes = EMERGENCY if patient in caller.opened else frozenset({caller.purpose})
                asking = Asking(people, purposes, self._clock(), self._record().site.zone)
                found += kept_from(asking, patient, consents)
        return merged(found)

    async def _restricting(self) -> Sequence[tuple[str, list[Resource]]]:
        """All consents that are in force, of each patient of whom one restricts anything. Raises Unavailable."""
        record = self._record()
        active: Document = {"resource.status": "active"}
        restricting = {"$and": [{"labels.consent": RESTRICTS}, active]}
        rows = await record.gather(
            "Consent", restricting, [{"$limit": MOST_CONSENTS + 1}, {"$project": {"compartments": True}}]
        )
        if len(rows) > MOST_CONSENTS:
            raise Unavailable(
                Text(
                    f"More than {MOST_CONSENTS} consents restrict something: the server cannot heed them all.",
                    f"Lebih dari {MOST_CONSENTS} persetujuan membatasi akses: server tidak dapat menerapkan semuanya.",
                )
            )
        patients = sorted({id for row in rows for id in row["compartments"].get("Patient", ())})
        found: dict[str, list[Resource]] = {patient: [] for patient in patients}
        theirs = {"$and": [{"compartments.Patient": {"$in": patients}}, active]}
        for row in await record.gather("Consent", theirs) if patients else ():
            for patient in row["compartments"]["Patient"]:
                if patient in found:
                    found[patient].append(row["resource"])
        return tuple(found.items())


def _very_restricted(opened: frozenset[str]) -> Hidden:
    """An emergency does not open what is very restricted."""
    return Hidden(opened, labels=frozenset({f"{CONFIDENTIALITY}|V"}))
