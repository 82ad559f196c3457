"""Who opened this record: day by day and person by person, the newest first. https://hl7.org/fhir/R4/auditevent.html"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from starlette.responses import Response

from auth.pages.forms import PageRefused
from exports.chart import Chart, name_of, references
from exports.documents.accesses import Access, access, account_of, actor_of
from fhir_server.messages import Parameters, Resource
from fhir_server.record import Record
from fhir_server.search.query import parse
from portal.visit import Visit
from portal.wording import full_day
from resources.issues import Text

PAGE = 150
"""Accesses that are read for one page."""

EMERGENCIES = "110127,110138"
NOT_A_DAY = Text("This page does not exist.", "Halaman ini tidak ada.")
PEOPLE = ("Practitioner", "RelatedPerson", "Patient")


@dataclass(frozen=True, slots=True)
class Act:
    """What was done once or several times on one day. `times`: 08.31–15.02."""

    what: str
    purpose: str
    times: str
    count: int


@dataclass(frozen=True, slots=True)
class Looker:
    """One person on one day; `is_self`: the person who looks at this page; `count`: of all acts."""

    who: str
    is_self: bool
    is_emergency: bool
    acts: tuple[Act, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    others: tuple[Looker, ...]
    own: Looker | None


Seen = tuple[Access, bool]
"""An access, and whether it was by who looks at this page."""


async def show(visit: Visit) -> Response:
    """`before`: a day or a moment, of which older ones are shown; `only`: emergency."""
    before, only = visit.query("before"), visit.query("only") == "emergency"
    if before and not _is_moment(before):
        raise PageRefused(404, NOT_A_DAY)
    async with visit.reading("$access") as record:
        events, older = await _events(record, visit, before, only)
        chart = await _chart(record, visit, events)
    language = visit.language
    seen = [(access(one, chart, language), _is_own(one, visit)) for one in events]
    return visit.page("rights/access.html", days=list(days(seen, language)), older=older, only=only, before=before)


async def _events(record: Record, visit: Visit, before: str, only: bool) -> tuple[list[Resource], str]:
    """Those of whole days, the newest first, and from where on older ones follow; nothing where none do."""
    asked: Parameters = (("patient", visit.patient), ("_sort", "-date"), ("_count", str(PAGE)))
    asked += (("subtype", EMERGENCIES),) if only else ()
    asked += (("date", f"lt{before}"),) if before else ()
    found = (await record.search(parse("AuditEvent", asked))).documents
    events = [one["resource"] for one in found[:PAGE]]
    if len(found) <= PAGE:
        return events, ""
    last = _day(events[-1], visit)
    whole = [one for one in events if _day(one, visit) != last]
    if whole:
        return whole, _day(whole[-1], visit).isoformat()
    return events, str(events[-1]["recorded"])


async def _chart(record: Record, visit: Visit, events: Sequence[Resource]) -> Chart:
    """The events with the people in them, for their names."""
    names = {name_of(one, visit.portal.base) for event in events for one in references(actor_of(event))}
    wanted: dict[str, list[str]] = {}
    for name in names:
        type, _, id = name.partition("/")
        if type in PEOPLE:
            wanted.setdefault(type, []).append(id)
    people = [one["resource"] for one in await record.read_many(wanted)]
    resources = {f"{one['resourceType']}/{one['id']}": one for one in people}
    return Chart(f"Patient/{visit.patient}", resources, visit.zone, visit.portal.base)


def days(seen: Iterable[Seen], language: str) -> Iterator[Day]:
    """`seen`: the newest first. Emergencies stand before the others of their day."""
    for day, of_day in groupby(seen, key=lambda one: one[0].at.date()):
        lookers = list(_lookers(of_day))
        own = next((one for one in lookers if one.is_self), None)
        others = sorted((one for one in lookers if not one.is_self), key=lambda one: not one.is_emergency)
        yield Day(full_day(day, language), tuple(others), own)


def _lookers(seen: Iterable[Seen]) -> Iterator[Looker]:
    found: dict[tuple[str, bool, bool], list[Access]] = {}
    for one, is_self in seen:
        key = ("", True, False) if is_self else (one.who, False, one.is_emergency)
        found.setdefault(key, []).append(one)
    for (_, is_self, is_emergency), of_one in found.items():
        yield Looker(of_one[0].who, is_self, is_emergency, tuple(_acts(of_one)), len(of_one))


def _acts(of_one: Iterable[Access]) -> Iterator[Act]:
    found: dict[tuple[str, str], list[Access]] = {}
    for one in of_one:
        found.setdefault((one.what, one.purpose), []).append(one)
    for (what, purpose), same in found.items():
        yield Act(what, purpose, _times(same[-1].at, same[0].at), len(same))


def _times(first: datetime, last: datetime) -> str:
    since, until = f"{first:%H.%M}", f"{last:%H.%M}"
    return since if since == until else f"{since}–{until}"


def _is_own(event: Resource, visit: Visit) -> bool:
    return visit.user is not None and account_of(event) == visit.user.username


def _day(event: Resource, visit: Visit) -> date:
    return datetime.fromisoformat(event["recorded"]).astimezone(visit.zone).date()


def _is_moment(text: str) -> bool:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-11-24") or moment.tzinfo is not None
