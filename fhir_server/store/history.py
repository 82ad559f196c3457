"""Which versions a history interaction asks for, and in which order. https://hl7.org/fhir/R4/http.html#history"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pymongo import ASCENDING, DESCENDING

Document = dict[str, Any]
Order = list[tuple[str, int]]


class Position(NamedTuple):
    """The place of a version in the order of a history: newest first, then by type, id and version."""

    updated: datetime
    type: str
    id: str
    version: int


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """`types`: empty for all; `id`: one resource; `since`: written then or later; `at`: current at some time between
    these; `after`: the last version of the page before; `count`: how many."""

    types: tuple[str, ...]
    count: int
    id: str | None = None
    since: datetime | None = None
    at: tuple[datetime, datetime] | None = None
    after: Position | None = None

    def current(self, type: str) -> tuple[Document, Order]:
        """Filter and order for the collection of current documents."""
        return self._filter(type, "_id", {}), _order("_id")

    def past(self, type: str) -> tuple[Document, Order]:
        """Filter and order for the collection of past versions."""
        ended = {} if self.at is None else {"until": {"$gt": self.at[0]}}
        return self._filter(type, "id", ended), _order("id")

    def _filter(self, type: str, id_field: str, extra: Document) -> Document:
        conditions: list[Document] = [extra]
        if self.id is not None:
            conditions.append({id_field: self.id})
        if self.since is not None:
            conditions.append({"updated": {"$gte": self.since}})
        if self.at is not None:
            conditions.append({"updated": {"$lte": self.at[1]}})
        if self.after is not None:
            conditions.append(_after(self.after, type, id_field))
        return {"$and": conditions}


def _order(id_field: str) -> Order:
    return [("updated", DESCENDING), (id_field, ASCENDING), ("version", DESCENDING)]


def _after(position: Position, type: str, id_field: str) -> Document:
    earlier: Document = {"updated": {"$lt": position.updated}}
    same_moment: Document = {"updated": position.updated}
    if type > position.type:
        return {"$or": [earlier, same_moment]}
    if type < position.type:
        return earlier
    further: Document = {
        "$or": [{id_field: {"$gt": position.id}}, {id_field: position.id, "version": {"$lt": position.version}}]
    }
    return {"$or": [earlier, {"$and": [same_moment, further]}]}


def position(document: Document) -> Position:
    return Position(document["updated"], document["type"], document["_id"], document["version"])


def merged(parts: Sequence[list[Document]], count: int) -> list[Document]:
    """The first `count` of several lists of versions, in the order of a history."""
    rows = [document for part in parts for document in part]
    return heapq.nsmallest(count, rows, key=_sort_key)


def _sort_key(document: Document) -> tuple[float, str, str, int]:
    return -document["updated"].timestamp(), document["type"], document["_id"], -document["version"]
