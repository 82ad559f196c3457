"""Date search. https://hl7.org/fhir/R4/search.html#date

An entry is {lo, hi}: the first and the last millisecond that the value may mean, in UTC. A missing end is EARLIEST or
LATEST. Where a type has one entry, what takes longer than a day has its beginning again, under the name of its span.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any

from fhir_server.search import refusals
from fhir_server.search.escapes import unescape
from fhir_server.search.fields import Entry, Field, Filter
from fhir_server.search.kinds.range import compare, place, prefixed
from fhir_server.search.locality import Locality

MODIFIERS = frozenset[str]()
EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
A_DAY = timedelta(hours=25)
"""The longest, when the clocks go back."""

SPANS = (("month", timedelta(days=32)), ("year", timedelta(days=367)), ("ever", LATEST - EARLIEST))
"""A span that is longer than a day goes by the first of these that it fits into."""

DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
TO_THE_SECOND = re.compile(
    r"[12]\d{3}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)", re.ASCII
)
SECOND_TO_ITS_END = timedelta(milliseconds=999)
DAY = len("2024-12-31")
Interval = tuple[datetime, datetime]


def interval(text: str, zone: tzinfo) -> Interval | None:
    """The first and the last millisecond of a date, time or instant of any precision; None where it is no date."""
    return _known_day(text, zone) if len(text) <= DAY else _of(text, zone)


def _of(text: str, zone: tzinfo) -> Interval | None:
    if TO_THE_SECOND.fullmatch(text):
        return _of_second(text)
    found = DATE.fullmatch(text)
    if found is None:
        return None
    try:
        return _interval(found, _zone(found[8]) or zone)
    except ValueError:
        return None


def _of_second(text: str) -> Interval | None:
    """The form of most: what the library reads at once."""
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None
    return moment, moment + SECOND_TO_ITS_END


_known_day = lru_cache(maxsize=8192)(_of)
"""A hospital's resources tell the same few days again and again."""


def _interval(found: re.Match[str], zone: tzinfo) -> Interval:
    year, month, day, hour, minute, second, fraction, _ = found.groups()
    start = datetime(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0))  # noqa: DTZ001
    start_utc = _utc(start, zone)
    if fraction is not None:
        moment = _later(start_utc, timedelta(seconds=int(second), milliseconds=int(fraction[:3].ljust(3, "0"))))
        return moment, _later(moment, MILLISECOND if fraction[3:].strip("0") else timedelta())
    if second is not None:
        moment = _later(start_utc, timedelta(seconds=int(second)))
        return moment, _later(moment, timedelta(milliseconds=999))
    if minute is not None:
        return start_utc, _later(start_utc, timedelta(milliseconds=59_999))
    end = _next(start, month, day)
    return start_utc, LATEST if end is None else _utc(end, zone) - MILLISECOND


def _next(start: datetime, month: str | None, day: str | None) -> datetime | None:
    """The start of the next day, month or year; None where the calendar ends."""
    try:
        if day is not None:
            return start + timedelta(days=1)
        if month is not None and start.month < 12:
            return start.replace(month=start.month + 1)
        return start.replace(year=start.year + 1, month=1)
    except (ValueError, OverflowError):
        return None


def _utc(local: datetime, zone: tzinfo) -> datetime:
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return EARLIEST if local.year < 5000 else LATEST


def _later(moment: datetime, distance: timedelta) -> datetime:
    return moment + distance if LATEST - moment > distance else LATEST


def _zone(offset: str | None) -> tzinfo | None:
    if offset is None:
        return None
    if offset == "Z":
        return UTC
    distance = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    if distance > timedelta(hours=14):
        raise ValueError(offset)
    return timezone(-distance if offset[0] == "-" else distance)


def index(type: str, value: Any, field: Field, locality: Locality) -> list[Entry]:
    if isinstance(value, str):
        found = interval(value, locality.zone)
    elif type == "Period":
        found = _period(value, locality)
    elif type == "Timing":
        found = _timing(value, locality)
    else:
        found = None
    return [_entry(*found, field)] if found else []


def _entry(low: datetime, high: datetime, field: Field) -> Entry:
    entry = {"lo": low, "hi": high}
    if field.layout == "object" and high - low > A_DAY:
        entry[next(name for name, most in SPANS if high - low <= most)] = low
    return entry


def _period(value: Any, locality: Locality) -> Interval | None:
    start = interval(value["start"], locality.zone) if "start" in value else None
    end = interval(value["end"], locality.zone) if "end" in value else None
    if start is None and end is None:
        return None
    return start[0] if start else EARLIEST, end[1] if end else LATEST


def _timing(value: Any, locality: Locality) -> Interval | None:
    """From the first to the last event; the bounds of its repetition count as an event."""
    found = [interval(event, locality.zone) for event in value.get("event", ()) if isinstance(event, str)]
    found.append(_period(value.get("repeat", {}).get("boundsPeriod", {}), locality))
    known = [one for one in found if one]
    return (min(low for low, _ in known), max(high for _, high in known)) if known else None


def match(field: Field, raw: str, modifier: str | None, locality: Locality) -> Filter:
    prefix, text = prefixed(unescape(raw))
    found = interval(text, locality.zone)
    if found is None:
        raise refusals.wrong_value(
            field.code,
            raw,
            "a date such as ge2024-03 or 2024-03-01T10:00:00+08:00 (+ is written %2B in a URL)",
            "tanggal seperti ge2024-03 atau 2024-03-01T10:00:00+08:00 (+ ditulis %2B dalam URL)",
        )
    low, high = _approximately(found, locality.now) if prefix == "ap" else found
    return place(compare(prefix, low, high), field)


def ends(raw: str, locality: Locality) -> tuple[datetime | None, datetime | None]:
    """What `match` finds does not end before the first, and does not begin after the second."""
    prefix, text = prefixed(unescape(raw))
    found = interval(text, locality.zone)
    if found is None:
        return None, None
    low, high = found
    match prefix:
        case "ge" | "gt":
            return low, None
        case "le" | "lt":
            return None, high
        case "ap":
            return _approximately(found, locality.now)
    return None, None


def overlapping(path: str, low: datetime, high: datetime) -> Filter:
    """What may overlap this time, by where it begins: an index goes through neither what ended before nor what begins
    after. `path`: of a field with one entry."""
    near = _earlier(low, A_DAY)
    longer = [{f"{path}.{name}": {"$gte": _earlier(low, most), "$lt": near}} for name, most in SPANS]
    return {"$or": [{f"{path}.lo": {"$gte": near, "$lte": high}}, *longer]}


def _earlier(moment: datetime, distance: timedelta) -> datetime:
    return moment - distance if moment - EARLIEST > distance else EARLIEST


def _approximately(found: Interval, now: datetime) -> Interval:
    """Wider by a tenth of the distance to now."""
    low, high = found
    slack = max(low - now, now - high, timedelta()) // MILLISECOND // 10 * MILLISECOND
    return (low - slack if low - EARLIEST > slack else EARLIEST), (high + slack if LATEST - high > slack else LATEST)
