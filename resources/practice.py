"""The hospital's own rules for Schedule: a doctor's weekly hours (jadwal praktik) and leave, in its extensions.

https://hl7.org/fhir/R4/schedule.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

from resources.extensions import repeated
from resources.issues import Issue, Text
from resources.systems import LEAVE, POLI_PREFIX, PRACTICE
from resources.validation import texts

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_ID = 48
"""Ids of sessions are the Schedule's with date and time."""

MOST_PLACES = 500
MOST_MINUTES = 240
LONGEST_LEAVE = timedelta(days=366)
LETTER = re.compile(r"[A-Z]{1,2}")
SCHEDULE = re.compile(r"Schedule/[A-Za-z0-9\-.]{1,64}")

Check = tuple[str, Callable[[Any], bool], Text]


def _integer(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _places(name: str) -> Check:
    form = f"0-{MOST_PLACES}"
    return name, _integer(0, MOST_PLACES), Text(f"places for {name}: {form}", f"tempat {name}: {form}")


HOURS: tuple[Check, ...] = (
    ("weekday", lambda value: value in WEEKDAYS, Text("weekday: mon … sun", "weekday: mon … sun")),
    ("start", lambda value: clock(value) is not None, Text("start: HH:MM:SS", "start: HH:MM:SS")),
    ("end", lambda value: clock(value) is not None, Text("end: HH:MM:SS", "end: HH:MM:SS")),
    _places("jkn"),
    _places("umum"),
    (
        "minutes",
        _integer(1, MOST_MINUTES),
        Text(f"minutes for a patient (SPM): 1-{MOST_MINUTES}", f"menit per pasien (SPM): 1-{MOST_MINUTES}"),
    ),
    (
        "letter",
        lambda value: isinstance(value, str) and LETTER.fullmatch(value) is not None,
        Text("letter: one or two of A-Z", "letter: satu atau dua huruf A-Z"),
    ),
    (
        "open-on-holidays",
        lambda value: value is None or isinstance(value, bool),
        Text("open-on-holidays: true or false", "open-on-holidays: true atau false"),
    ),
)
ABSENCE: tuple[Check, ...] = (
    ("from", lambda value: day(value) is not None, Text("from: YYYY-MM-DD", "from: YYYY-MM-DD")),
    ("to", lambda value: day(value) is not None, Text("to: YYYY-MM-DD", "to: YYYY-MM-DD")),
    (
        "reason",
        lambda value: isinstance(value, str) and bool(value.strip()),
        Text("reason: a text for the patients", "reason: teks untuk pasien"),
    ),
    (
        "move-to",
        lambda value: value is None or (isinstance(value, str) and SCHEDULE.fullmatch(value) is not None),
        Text("move-to: Schedule/id", "move-to: Schedule/id"),
    ),
)


def clock(text: Any) -> time | None:
    """08:00:00."""
    try:
        found = time.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is None else None


def day(text: Any) -> date | None:
    """2026-11-24."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else None
    except ValueError:
        return None


def schedule_rules(resource: Any) -> Iterator[Issue]:
    """Only for schedules with weekly hours or leave."""
    rows = list(repeated(resource, PRACTICE))
    for place, named in rows:
        yield from _checked(HOURS, named, _path(place))
        yield from _in_order(named, place)
    yield from _overlaps(rows)
    for place, named in repeated(resource, LEAVE):
        yield from _checked(ABSENCE, named, _path(place))
        yield from _leave_in_order(named, place)
    if rows:
        yield from _whose(resource)


def _checked(checks: tuple[Check, ...], named: Mapping[str, Any], path: str) -> Iterator[Issue]:
    for name, fits, form in checks:
        if not fits(named.get(name)):
            yield _problem(Text(f"Expected {form.en}", f"Seharusnya {form.id}"), path)
    known = {name for name, _, _ in checks}
    for name in sorted(named.keys() - known):
        yield _problem(Text(f"Unknown value {texts.shown(name)}", f"Nilai {texts.shown(name)} tidak dikenal"), path)


def _in_order(named: Mapping[str, Any], place: int) -> Iterator[Issue]:
    start, end = _span(named)
    if start is not None and end is not None and end <= start:
        yield _problem(Text("end must be after start", "end harus setelah start"), _path(place))


def _leave_in_order(named: Mapping[str, Any], place: int) -> Iterator[Issue]:
    since, until = day(named.get("from")), day(named.get("to"))
    if since is None or until is None:
        return
    if until < since:
        yield _problem(Text("to must not be before from", "to tidak boleh sebelum from"), _path(place))
    if until - since >= LONGEST_LEAVE:
        days = LONGEST_LEAVE.days
        yield _problem(Text(f"A leave has at most {days} days", f"Cuti paling lama {days} hari"), _path(place))


def _overlaps(rows: list[tuple[int, dict[str, Any]]]) -> Iterator[Issue]:
    """Of hours on the same weekday, each with the one that begins before it."""
    for weekday in WEEKDAYS:
        own = [(*_span(named), place) for place, named in rows if named.get("weekday") == weekday]
        hours = sorted((start, end, place) for start, end, place in own if start is not None and end is not None)
        for (_, ended, _), (start, _, place) in pairwise(hours):
            if start < ended:
                text = Text(f"Hours on {weekday} overlap", f"Jam praktik pada {weekday} bertumpang tindih")
                yield _problem(text, _path(place))


def _span(named: Mapping[str, Any]) -> tuple[time | None, time | None]:
    return clock(named.get("start")), clock(named.get("end"))


def _whose(resource: Any) -> Iterator[Issue]:
    """Weekly hours make sessions, which need a clinic, a doctor and a room, and ids."""
    id = resource.get("id")
    if isinstance(id, str) and len(id) > LONGEST_ID:
        text = Text(
            f"A schedule with weekly hours has an id of at most {LONGEST_ID} characters",
            f"Jadwal praktik mingguan ber-id paling panjang {LONGEST_ID} karakter",
        )
        yield _problem(text, "Schedule.id")
    if not any(system.startswith(POLI_PREFIX) for system in _systems(resource.get("serviceType"))):
        text = Text("Weekly hours need a clinic (poli) in serviceType", "Jadwal praktik memerlukan poli di serviceType")
        yield _problem(text, "Schedule.serviceType")
    actors = list(_references(resource.get("actor")))
    for type, en, id_text in (("Practitioner", "a doctor", "dokter"), ("Location", "a room", "ruang")):
        if not any(url.startswith(f"{type}/") for url in actors):
            text = Text(f"Weekly hours need {en} ({type}/id)", f"Jadwal praktik memerlukan {id_text} ({type}/id)")
            yield _problem(text, "Schedule.actor")


def _systems(concepts: Any) -> Iterator[str]:
    for concept in concepts if isinstance(concepts, list) else ():
        codings = concept.get("coding") if isinstance(concept, dict) else None
        for coding in codings if isinstance(codings, list) else ():
            if isinstance(coding, dict) and isinstance(coding.get("system"), str) and "code" in coding:
                yield coding["system"]


def _references(actors: Any) -> Iterator[str]:
    for actor in actors if isinstance(actors, list) else ():
        if isinstance(actor, dict) and isinstance(actor.get("reference"), str):
            yield actor["reference"]


def _path(place: int) -> str:
    return f"Schedule.extension[{place}]"


def _problem(text: Text, path: str) -> Issue:
    return Issue("error", *texts.business_rule(*text), path)
