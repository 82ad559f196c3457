"""How many minutes off the time is that a patient is told, over invented days of the demo hospital's clinics.

`python -m bench.waiting` compares three rules. plan: the session's start and the planned minutes for each lower number;
queue: from now on, the planned minutes for each person in front; pace: what `bookings.pace` expects.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import mean

from bench.clinic_days import MINUTES, ClinicDay, Visit, clinic_days
from bench.table import aligned
from bookings.pace import expected

RULES = ("plan", "queue", "pace")
POINTS = ("booking", "check-in", "5 ahead", "all waiting")
"""When a patient asks: the day before, at check-in, at a call with five still in front, at check-in and every call."""

ALL = "all clinics"
Errors = dict[tuple[str, str, str], list[float]]
"""Minutes by clinic, point and rule."""

Figures = dict[str, dict[str, dict[str, dict[str, float]]]]
"""Clinic, point, rule, then `mean` and `p90` in minutes, and the number of `questions`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate and print."""
    options = _parser().parse_args(arguments)
    found = figures(errors(options.seed, options.days))
    print(json.dumps(found, indent=2) if options.json else text(found))
    return 0


def errors(seed: int, days: int) -> Errors:
    """The distance between the time told and the call, each time that a patient asks."""
    found: Errors = {}
    for day in clinic_days(seed, days):
        for point, visit, now in _questions(day):
            told = _answers(day, visit, now)
            for rule, moment in zip(RULES, told, strict=True):
                minutes = abs(moment - visit.called) / timedelta(minutes=1)
                found.setdefault((day.clinic.label, point, rule), []).append(minutes)
    return found


def _questions(day: ClinicDay) -> Iterator[tuple[str, Visit, datetime]]:
    """Who was called as soon as they came does not wait, and asks only when booking."""
    for visit in day.visits:
        yield "booking", visit, day.start - timedelta(days=1)
        if visit.called == visit.came:
            continue
        yield "check-in", visit, visit.came
        yield "all waiting", visit, visit.came
        for call in day.visits:
            if visit.came < call.called < visit.called:
                yield "all waiting", visit, call.called
                if day.in_front(visit.number, call.called)[0] == 5:
                    yield "5 ahead", visit, call.called


def _answers(day: ClinicDay, visit: Visit, now: datetime) -> tuple[datetime, ...]:
    """By RULES."""
    planned = timedelta(minutes=MINUTES)
    ahead, awaited = day.in_front(visit.number, now)
    return (
        day.start + (visit.number - 1) * planned,
        max(now, day.start) + (ahead + awaited) * planned,
        expected(day.today(now), ahead, awaited),
    )


def figures(found: Errors) -> Figures:
    """Of every clinic, and of all of them."""
    together: Errors = {}
    for (_, point, rule), minutes in found.items():
        together.setdefault((ALL, point, rule), []).extend(minutes)
    told: Figures = {}
    for (clinic, point, rule), minutes in (found | together).items():
        ordered = sorted(minutes)
        row = {"mean": mean(ordered), "p90": ordered[len(ordered) * 9 // 10], "questions": len(ordered)}
        told.setdefault(clinic, {}).setdefault(point, {})[rule] = row
    return told


def text(found: Figures) -> str:
    """Mean and p90 for each clinic by plan and by pace, which differ once somebody waits; then in all by every rule."""
    columns = [(point, rule) for point in POINTS[1:] for rule in (RULES[0], RULES[-1])]
    clinics = [["mean / p90, minutes", *(f"{point}, {rule}" for point, rule in columns)]]
    clinics += [
        [clinic, *(_cell(points.get(point), rule) for point, rule in columns)] for clinic, points in found.items()
    ]
    rules = [[ALL, *RULES]]
    rules += [[point, *(_cell(found[ALL].get(point), rule) for rule in RULES)] for point in POINTS]
    return "\n".join((*aligned(clinics), "", *aligned(rules)))


def _cell(rules: Mapping[str, Mapping[str, float]] | None, rule: str) -> str:
    return f"{rules[rule]['mean']:.1f} / {rules[rule]['p90']:.1f}" if rules else "-"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.waiting", description=__doc__)
    parser.add_argument("--seed", type=int, default=7, help="of everything that is left to chance (7)")
    parser.add_argument("--days", type=_days, default=20, help="that every clinic is open (20)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    return parser


def _days(text: str) -> int:
    if (days := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return days


if __name__ == "__main__":
    sys.exit(main())
