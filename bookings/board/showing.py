"""What stands on a board, from the live view of its service points: pure. board.js does the same in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

LAST_CALLS = 6


@dataclass(frozen=True, slots=True)
class Call:
    """`place`: the service point; `counter`: where in it; `at`: 08.15; `name`: masked, where names are shown."""

    ticket: str
    place: str
    counter: str
    at: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """`current`: the latest call of all points; `calls`: those before it; `waiting`: at all points."""

    title: str
    current: Call | None
    calls: Sequence[Call]
    waiting: int


def board(view: Mapping[str, Any], zone: tzinfo | None = None) -> Board:
    """`zone`: the hospital's, in which the times of calls are told."""
    rows = [(call, point["name"]) for point in view["points"] for call in point["calls"]]
    rows.sort(key=lambda row: str(row[0]["at"]), reverse=True)
    calls = [_call(call, place, zone) for call, place in rows[: LAST_CALLS + 1]]
    names = [point["name"] for point in view["points"]]
    waiting = sum(point["waiting"] for point in view["points"])
    return Board(" · ".join(names), calls[0] if calls else None, calls[1:], waiting)


def _call(call: Mapping[str, Any], place: str, zone: tzinfo | None) -> Call:
    at = datetime.fromisoformat(call["at"]).astimezone(zone)
    return Call(call["ticket"], place, call["counter"], f"{at:%H.%M}", call.get("name", ""))
