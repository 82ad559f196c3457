"""What MongoDB's explain tells about one search, in a few numbers.

https://www.mongodb.com/docs/manual/reference/explain-results/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Effort:
    """`indexes`: those that were used, `_id_` included; `scans`: whether a whole collection was read; `keys` and
    `documents` that were examined, by joins too; `found`: documents that came out."""

    indexes: tuple[str, ...]
    scans: bool
    keys: int
    documents: int
    found: int


def effort(explained: Mapping[str, Any]) -> Effort:
    """`explained`: the answer to an explain of an aggregation with executionStats."""
    stages: list[Mapping[str, Any]] = explained.get("stages") or [{"$cursor": explained}]
    cursor = next((stage["$cursor"] for stage in stages if "$cursor" in stage), explained)
    lookups = [stage for stage in stages if "$lookup" in stage]
    winning, statistics = cursor["queryPlanner"]["winningPlan"], cursor["executionStats"]
    by_id = ["_id_" for stage in _values(winning, "stage") if stage == "IDHACK"]
    indexes = [
        *by_id,
        *_values(winning, "indexName"),
        *(name for stage in lookups for name in stage.get("indexesUsed", ())),
    ]
    return Effort(
        tuple(dict.fromkeys(indexes)),
        "COLLSCAN" in _values(winning, "stage") or any(stage.get("collectionScans", 0) for stage in lookups),
        _sum(statistics["totalKeysExamined"], lookups, "totalKeysExamined"),
        _sum(statistics["totalDocsExamined"], lookups, "totalDocsExamined"),
        int(stages[-1].get("nReturned", statistics["nReturned"])),
    )


def _sum(first: Any, lookups: list[Mapping[str, Any]], name: str) -> int:
    return int(first) + sum(int(stage.get(name, 0)) for stage in lookups)


def _values(node: Any, name: str) -> Iterator[str]:
    """Every text of this name in the tree."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == name and isinstance(value, str):
                yield value
            else:
                yield from _values(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, name)
