"""Dates as ranges of milliseconds. https://hl7.org/fhir/R4/search.html#date

Our choices: a date without zone is the hospital's; a fraction of a second is one moment to the millisecond; the events
of a Timing and its bounds are one range; `ap` widens by a tenth of the distance to now; an instant is its millisecond.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from tests.journeys.search_model.ranges import Range, holds, prefixed

PARTS = re.compile(r"(\d{4})(-\d\d)?(-\d\d)?(?:T(\d\d):(\d\d)(:\d\d)?(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(local: datetime, zone: tzinfo) -> int:
    return (local.replace(tzinfo=zone) - BEGINNING) // timedelta(milliseconds=1)


def span(text: str, zone: tzinfo) -> Range:
    found = PARTS.fullmatch(text)
    assert found, text
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    if offset:
        zone = UTC if offset == "Z" else _fixed(offset)
    numbers = [int(part.strip("-:")) for part in (year, month, day, hour, minute, second) if part]
    start = datetime(*(*numbers, 1, 1)[: max(3, len(numbers))])  # type: ignore[arg-type]  # noqa: DTZ001
    first = milliseconds(start, zone)
    if fraction:
        exact = first + int(fraction[1:4].ljust(3, "0"))
        return exact, exact + (1 if fraction[4:].strip("0") else 0)
    return first, _after(start, len(numbers), zone) - 1


def _fixed(offset: str) -> tzinfo:
    away = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:]))
    return timezone(-away if offset[0] == "-" else away)


def _after(start: datetime, precision: int, zone: tzinfo) -> int:
    """The first millisecond after a year (1), month, day (3), ... minute (5) or second (6) that starts here."""
    if precision == 1:
        return milliseconds(start.replace(year=start.year + 1), zone)
    if precision == 2:
        return milliseconds(start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1), zone)
    if precision == 3:
        return milliseconds(start + timedelta(days=1), zone)
    return milliseconds(start, zone) + (60_000 if precision == 5 else 1_000)


def range_of(type: str, value: Any, zone: tzinfo) -> Range | None:
    match type:
        case "Period":
            return _period(value, zone)
        case "Timing":
            spans = [span(event, zone) for event in value.get("event", ())]
            bounds = _period(value.get("repeat", {}).get("boundsPeriod", {}), zone)
            spans += [bounds] if bounds else []
            return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None
    return span(value, zone)


def _period(value: Any, zone: tzinfo) -> Range | None:
    if not value.keys() & {"start", "end"}:
        return None
    low = span(value["start"], zone)[0] if "start" in value else -math.inf
    return low, span(value["end"], zone)[1] if "end" in value else math.inf


def matches(target: Range | None, text: str, zone: tzinfo, now: datetime) -> bool:
    if target is None:
        return False
    prefix, rest = prefixed(text)
    least, most = span(rest, zone)
    if prefix == "ap":
        moment = (now - BEGINNING) // timedelta(milliseconds=1)
        slack = max(0, least - moment, moment - most) // 10
        least, most = least - slack, most + slack
    return holds(prefix, target, (least, most))
