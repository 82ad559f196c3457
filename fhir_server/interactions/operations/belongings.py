"""What belongs to a patient or to an encounter, and what that refers to: where it is, in the order of its pages.

https://hl7.org/fhir/R4/compartmentdefinition.html
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fhir_server.access import OfNoOther
from fhir_server.changes import SERVER_MADE
from fhir_server.interactions.operations import gathering
from fhir_server.interactions.operations.clinical_dates import in_period
from fhir_server.interactions.operations.gathering import Key, Row, matching, of_patients
from fhir_server.record import Record
from fhir_server.search.conditions import AnyOf, Condition
from fhir_server.search.cursor import Moment
from fhir_server.search.include import ANY, Include, referrers
from fhir_server.search.kinds.date import Interval
from fhir_server.search.query import Query
from fhir_server.search.results import Results
from fhir_server.store.documents import Document
from resources.belonging import is_of_patients

Part = Literal["own", "beside"]
"""What belongs to it, and what that refers to."""

BEGINNING: Key = ("", "")
"""Before every key."""


@dataclass(frozen=True, slots=True)
class Wish:
    """`types`: those that are wanted, none for all but what the server alone makes; `since`: when it was written at the
    earliest; `period`: of the care; `count`: of one page."""

    types: frozenset[str]
    since: datetime | None
    period: Interval | None
    count: int

    def includes(self, row: Row) -> bool:
        return self.has(row.key[0]) and (self.since is None or row.updated >= self.since)

    def has(self, type: str) -> bool:
        return type in self.types if self.types else type not in SERVER_MADE


async def belongings(
    record: Record, focus: Document, wish: Wish, *, at: Moment | None, after: tuple[Part, Key] | None = None
) -> AsyncIterator[tuple[Part, Row]]:
    """The `focus`, a Patient or an Encounter, what belongs to it, and what that refers to, by type and id; what is
    behind `after`."""
    part, key = after or ("own", BEGINNING)
    first = gathering.row_of(focus)
    if after is None and wish.includes(first):
        yield "own", first
    if part == "own":
        async for row in gathering.rows(record, await _wanted(record, focus, wish), at, key):
            yield "own", row
        key = BEGINNING
    sources = gathering.rows(record, await _all(record, focus, wish), at, BEGINNING)
    patients = frozenset[str]() if gathering.key(focus)[0] == "Patient" else of_patients(focus)
    found = await gathering.beside(record, _with(focus, gathering.documents(record, sources, at)), patients, at)
    for other in sorted(found):
        if other > key and wish.includes(found[other]):
            yield "beside", found[other]


async def _with(focus: Document, others: AsyncIterator[Document]) -> AsyncIterator[Document]:
    yield focus
    async for document in others:
        yield document


async def _wanted(record: Record, focus: Document, wish: Wish) -> Sequence[Query]:
    return [
        _query(type, (*conditions, *_written(type, wish.since)), wish.count)
        for type, conditions in (await _conditions(record, focus, wish)).items()
        if wish.has(type)
    ]


async def _all(record: Record, focus: Document, wish: Wish) -> Sequence[Query]:
    """Of all types, whenever written."""
    found = await _conditions(record, focus, wish)
    return [_query(type, conditions, gathering.PIECE) for type, conditions in found.items() if type not in SERVER_MADE]


def _query(type: str, conditions: Sequence[Condition], count: int) -> Query:
    return Query(type, tuple(conditions), Results(count=count))


def _written(type: str, since: datetime | None) -> Sequence[Condition]:
    return () if since is None else (matching(type, {"updated": {"$gte": since}}, f"since {since}"),)


async def _conditions(record: Record, focus: Document, wish: Wish) -> dict[str, list[Condition]]:
    """Of each stored type that the caller may search: what belongs to the focus, without itself."""
    type, id = gathering.key(focus)
    found = _of_patient(await record.types(), id) if type == "Patient" else await _of_encounter(record, focus)
    for one, conditions in found.items():
        if wish.period and (within := in_period(one, wish.period)):
            conditions.append(within)
    return found


def _of_patient(types: Sequence[str], id: str) -> dict[str, list[Condition]]:
    belongs = {"compartments.Patient": id}
    others = [type for type in types if is_of_patients(type) and type != "Patient"]
    return {type: [matching(type, belongs, f"of Patient/{id}")] for type in others}


async def _of_encounter(record: Record, encounter: Document) -> dict[str, list[Condition]]:
    """What refers to it, and is part of no other patient's record: more than the compartment of the specification,
    which lacks what was dispensed, and images."""
    patients = of_patients(encounter)
    whose = OfNoOther(patients).filter()
    ways: dict[str, list[Condition]] = {type: [] for type in await record.types()}
    for type, criterion in referrers([Include(ANY, ANY)], [encounter["resource"]], record.site.extra):
        if type in ways:
            ways[type].append(criterion)
    return {
        type: [AnyOf(tuple(some)), matching(type, whose, f"of nobody but {', '.join(sorted(patients))}")]
        for type, some in ways.items()
        if some
    }
