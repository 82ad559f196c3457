"""$explain: how a search is understood and carried out, and what it costs. An operation of our own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from fhir_server.finding import MOST_IDS, Plan
from fhir_server.messages import FhirRequest, FhirResponse, Parameters, Resource
from fhir_server.record import Record
from fhir_server.search import contained, wording
from fhir_server.search.joins import Ids
from fhir_server.search.query import parse

SHOWN_VALUES = 20


@dataclass(frozen=True, slots=True)
class Step:
    """One search in the database: of which type, why, by which filter and stages."""

    type: str
    words: str
    filter: dict[str, Any]
    stages: Sequence[dict[str, Any]]


async def explain(
    request: FhirRequest, record: Record, *, type: str, clock: Callable[[], float] = time.perf_counter
) -> FhirResponse:
    query = parse(type, _parameters(request), extra=record.site.extra)
    contained.refuse(query)
    plan = await record.plan(query)
    last = Step(type, "the page", *await record.first_page(query, plan))
    steps = []
    for step in (*_before(plan), last):
        began = clock()
        effort = await record.effort(step.type, step.filter, step.stages)
        spent = Decimal(round((clock() - began) * 1e6)) / 1000
        parts: list[Resource] = [
            {"name": "type", "valueCode": step.type},
            {"name": "purpose", "valueString": step.words},
            {"name": "pipeline", "valueString": _shown([{"$match": step.filter}, *step.stages])},
            *({"name": "index", "valueString": name} for name in effort.indexes),
            {"name": "collectionScan", "valueBoolean": effort.scans},
            {"name": "keysExamined", "valueInteger": effort.keys},
            {"name": "documentsExamined", "valueInteger": effort.documents},
            {"name": "found", "valueInteger": effort.found},
            {"name": "milliseconds", "valueDecimal": spent},
        ]
        steps.append({"name": "step", "part": parts})
    words = {"name": "query", "valueString": wording.of_query(query)}
    return FhirResponse(200, {"resourceType": "Parameters", "parameter": [words, *steps]})


def lines(explained: Resource) -> list[str]:
    """The answer as text."""
    query, *steps = explained["parameter"]
    found: list[str] = [query["valueString"]]
    for number, step in enumerate(steps, start=1):
        found.append(f"\n{number}.")
        found += [
            f"   {part['name']}: {next(value for key, value in part.items() if key != 'name')}" for part in step["part"]
        ]
    return found


def _before(plan: Plan, most: int = MOST_IDS) -> Iterator[Step]:
    """What is read before the page: the ids behind chains, the innermost first."""
    for join in plan.joins:
        yield from _before(join.side.plan)
        if join.ids is not None:
            words = f"{join.ids} behind: {wording.words(join.condition)}"
            yield Step(join.side.type, words, join.side.plan.filter, join.side.stages(most))


def _parameters(request: FhirRequest) -> Parameters:
    """Those of the address; of a Parameters resource, the text of `query` (name=siti&birthdate=1990)."""
    body = request.body if isinstance(request.body, dict) else {}
    rows = body.get("parameter", []) if body.get("resourceType") == "Parameters" else []
    texts = [row.get("valueString") for row in rows if isinstance(row, dict) and row.get("name") == "query"]
    pairs = [pair for text in texts if isinstance(text, str) for pair in parse_qsl(text, keep_blank_values=True)]
    return (*request.query, *pairs)


def _shown(pipeline: list[dict[str, Any]]) -> str:
    """The pipeline as JSON, without ids that the client did not name."""
    return json.dumps(_without_ids(pipeline), ensure_ascii=False, default=str)


def _without_ids(value: Any) -> Any:
    match value:
        case Ids():
            return [f"({len(value)} ids)"]
        case dict():
            return {key: _without_ids(inner) for key, inner in value.items()}
        case list() | tuple():
            kept = [_without_ids(inner) for inner in value[:SHOWN_VALUES]]
            return [*kept, f"({len(value) - SHOWN_VALUES} more)"] if len(value) > SHOWN_VALUES else kept
    return value
