"""One thing that was measured over time: its plot, and a sentence that says the same. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from exports.measurements import DIASTOLIC, SYSTOLIC
from exports.units import Language
from exports.wording import decimal, long_date
from portal.plots import Plot, Point, svg
from portal.record.measured import Measured
from resources.issues import Text

UP = Text("Up from {} the time before.", "Naik dari {} pada pengukuran sebelumnya.")
DOWN = Text("Down from {} the time before.", "Turun dari {} pada pengukuran sebelumnya.")
SAME = Text("The same as the time before.", "Sama dengan pengukuran sebelumnya.")
NEWEST = Text("Newest {} on {}.", "Terbaru {} pada {}.")
BETWEEN = Text("Lowest {}, highest {}.", "Terendah {}, tertinggi {}.")


def sentences(found: Sequence[Measured], language: Language) -> list[str]:
    """Newest, lowest, highest, and which way it goes, for each line: of numbers of one unit. `found`: the newest
    first."""
    lines = _lines(found)
    return [" ".join(_told(line, language, named=len(lines) > 1)) for line in lines]


def picture(found: Sequence[Measured], key: str, title: str, language: Language) -> Markup:
    """The plot with what is normal now; nothing where fewer than two times were measured. `found`: the newest first."""
    lines = _lines(found)
    if max((len(line) for line in lines), default=0) < 2:
        return Markup("")
    last = lines[0][0]
    low, high = (last.low, last.high) if len(lines) == 1 else (None, None)
    points = [_points(line) for line in lines]
    return svg(Plot(key, title, " ".join(sentences(found, language)), points, low, high, language))


def _lines(found: Sequence[Measured]) -> list[list[Measured]]:
    """The numbers in the unit of the newest; of a blood pressure systolic and diastolic each."""
    numbers = [one for one in found if one.number is not None and one.at is not None]
    numbers = [one for one in numbers if one.unit == numbers[0].unit]
    if not any(one.code in (SYSTOLIC, DIASTOLIC) for one in numbers):
        return [numbers] if numbers else []
    lines = [[one for one in numbers if one.code == code] for code in (SYSTOLIC, DIASTOLIC)]
    return [line for line in lines if line]


def _points(line: Sequence[Measured]) -> list[Point]:
    """The oldest first."""
    return [
        Point(one.at, one.number, bool(one.flag))
        for one in reversed(line)
        if one.at is not None and one.number is not None
    ]


def _told(line: Sequence[Measured], language: Language, *, named: bool) -> Iterator[str]:
    last = line[0]
    assert last.at is not None
    if named:
        yield f"{last.name}:"
    yield NEWEST.in_language(language).format(_value(last), long_date(last.at.date(), language))
    if len(line) < 2:
        return
    ordered = sorted(line, key=lambda one: one.number or 0)
    yield BETWEEN.in_language(language).format(ordered[0].value, ordered[-1].value)
    before, now = line[1].number or 0, last.number or 0
    way = UP if now > before else DOWN if now < before else SAME
    yield way.in_language(language).format(decimal(before, language))


def _value(one: Measured) -> str:
    return f"{one.value} {one.unit}".rstrip()
