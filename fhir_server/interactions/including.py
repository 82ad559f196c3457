"""Brings along what `_include` and `_revinclude` ask for. https://hl7.org/fhir/R4/search.html#include"""

from __future__ import annotations

from collections.abc import Iterable

from fhir_server.errors import TooCostly
from fhir_server.messages import Resource
from fhir_server.record import Record
from fhir_server.search.include import Include, references, referrers
from fhir_server.search.query import Query
from fhir_server.search.results import Results
from fhir_server.store.documents import Document
from resources.issues import Text

MOST = 1000
MOST_ROUNDS = 10


async def included(query: Query, page: list[Document], record: Record) -> list[Document]:
    """What the page's resources refer to or are referred to by, each once, without the page's own.

    Includes with :iterate go on from what they brought, until nothing new comes. Raises TooCostly past MOST.
    """
    results = query.results
    known = {_key(document) for document in page}
    found: list[Document] = []
    new, includes, revincludes = page, results.includes, results.revincludes
    for _ in range(MOST_ROUNDS):
        if not new or not (includes or revincludes):
            break
        candidates = await _round(includes, revincludes, [document["resource"] for document in new], record)
        new = []
        for document in candidates:
            if _key(document) not in known:
                known.add(_key(document))
                new.append(document)
        found += new
        if len(found) > MOST:
            raise _too_many()
        includes = tuple(include for include in results.includes if include.iterate)
        revincludes = tuple(include for include in results.revincludes if include.iterate)
    return found


async def _round(
    includes: Iterable[Include], revincludes: Iterable[Include], resources: list[Resource], record: Record
) -> list[Document]:
    found = await record.read_many(
        {type: sorted(ids) for type, ids in references(includes, resources, base=record.site.base).items()}
    )
    for type, criterion in referrers(revincludes, resources):
        if record.may_see(type):
            found += await record.search(Query(type, (criterion,), Results(count=MOST)))
    return found


def _key(document: Document) -> tuple[str, str]:
    return document["resource"]["resourceType"], document["_id"]


def _too_many() -> TooCostly:
    return TooCostly(
        Text(
            f"The includes bring more than {MOST} resources; ask for a smaller _count or fewer includes.",
            f"Include membawa lebih dari {MOST} sumber daya; perkecil _count atau kurangi include.",
        ),
        expression="http._include",
    )
