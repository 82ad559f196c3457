"""Brings along what `_include` and `_revinclude` ask for. https://hl7.org/fhir/R4/search.html#include"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fhir_server.errors import TooCostly
from fhir_server.record import Record
from fhir_server.search.cursor import Moment
from fhir_server.search.include import ANY, Include
from fhir_server.search.results import Results
from fhir_server.search.wanted import Wanted, by_type, wanted
from fhir_server.store.documents import Document
from resources.issues import Text

MOST = 1_000
MOST_FOLLOWED = 10_000
MOST_ROUNDS = 100

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Included:
    """Resources in the order of type and id; `last`: the key of the last one where more of them follow."""

    documents: list[Document] = field(default_factory=list)
    last: Key | None = None


async def included(
    results: Results, page: list[Document], record: Record, *, at: Moment | None, after: Key | None = None
) -> Included:
    """What the page's resources refer to or are referred to by, each once, without the page's own: MOST at a time,
    those behind `after`."""
    both = (*results.includes, *results.revincludes)
    if not both or not page:
        return Included()
    if any(include.iterate for include in both):
        followed = sorted(await _follow(results, page, record, at), key=_key)
        return _cut([document for document in followed if after is None or _key(document) > after])
    found: list[Document] = []
    for one in await _wanted(results.includes, results.revincludes, page, record):
        if after is None or one.type >= after[0]:
            behind = after[1] if after is not None and one.type == after[0] else None
            found += await record.include(replace(one, after=behind), MOST - len(found), at=at)
        if len(found) > MOST:
            break
    return _cut(found)


def _cut(found: list[Document]) -> Included:
    return Included(found[:MOST], _key(found[MOST - 1]) if len(found) > MOST else None)


async def _follow(results: Results, page: list[Document], record: Record, at: Moment | None) -> list[Document]:
    """All that the includes bring; those with :iterate go on from what came, until nothing new does."""
    found: list[Document] = []
    new, includes, revincludes = page, results.includes, results.revincludes
    for _ in range(MOST_ROUNDS):
        known = by_type(_key(document) for document in (*page, *found))
        asked = await _wanted(includes, revincludes, new, record)
        new = []
        for one in asked:
            rest = replace(one, without=known.get(one.type, frozenset()))
            new += await record.include(rest, MOST_FOLLOWED - len(found) - len(new), at=at)
            if len(found) + len(new) > MOST_FOLLOWED:
                raise _too_many()
        if not new:
            return found
        found += new
        includes = tuple(include for include in results.includes if include.iterate)
        revincludes = tuple(include for include in results.revincludes if include.iterate)
    raise _too_many()


async def _wanted(
    includes: Sequence[Include], revincludes: Sequence[Include], documents: list[Document], record: Record
) -> list[Wanted]:
    resources = [document["resource"] for document in documents]
    found = wanted(includes, revincludes, resources, base=record.site.base, extra=record.site.extra)
    if not any(include.source == ANY for include in revincludes):
        return found
    stored = set(await record.types())
    return [one for one in found if one.type in stored]


def _key(document: Document) -> Key:
    return document["resource"]["resourceType"], document["_id"]


def _too_many() -> TooCostly:
    return TooCostly(
        Text(
            f"The includes with :iterate bring more than {MOST_FOLLOWED} resources; ask for a smaller _count.",
            f"Include dengan :iterate membawa lebih dari {MOST_FOLLOWED} sumber daya; perkecil _count.",
        ),
        expression="http._include",
    )
