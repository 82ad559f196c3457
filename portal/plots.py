"""Values over time as inline SVG, drawn on the server: readable on a phone of 320 pixels and without colours. Pure.

https://www.w3.org/TR/SVG2/ ; text alternative: https://www.w3.org/TR/wai-aria-1.2/#img
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from markupsafe import Markup

from exports.wording import decimal
from portal.wording import short_day

WIDTH, HEIGHT = 280, 170
LEFT, RIGHT, TOP, BOTTOM = 44, 270, 12, 142
TICKS = 4
STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
RADIUS, OUT = 3.5, 5.5
NEAR = 1.5
"""Dots that are closer than this are one on a phone."""


@dataclass(frozen=True, slots=True)
class Point:
    """`is_out`: beyond what is normal: drawn as a square standing on its corner."""

    at: datetime
    value: Decimal
    is_out: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """`key`: of its ids on the page; `title` and `told`: the text alternative; `lines`: each in the order of time, the
    second one dashed; `low`, `high`: what is normal."""

    key: str
    title: str
    told: str
    lines: Sequence[Sequence[Point]]
    low: Decimal | None = None
    high: Decimal | None = None
    language: str = "id"


@dataclass(frozen=True, slots=True)
class _Scale:
    """From moments and values to places of the picture."""

    first: float
    last: float
    bottom: Decimal
    top: Decimal

    def x(self, at: datetime) -> float:
        span = self.last - self.first
        share = (at.timestamp() - self.first) / span if span else 0.5
        return LEFT + 8 + share * (RIGHT - LEFT - 16)

    def y(self, value: Decimal) -> float:
        share = float((value - self.bottom) / (self.top - self.bottom))
        return BOTTOM - share * (BOTTOM - TOP)


def svg(plot: Plot) -> Markup:
    """The picture; nothing where there is no point."""
    points = [point for line in plot.lines for point in line]
    if not points:
        return Markup("")
    ticks = ticks_of(plot, points)
    times = [point.at.timestamp() for point in points]
    scale = _Scale(min(times), max(times), ticks[0], ticks[-1])
    parts = [
        Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-t {}-d">').format(
            WIDTH, HEIGHT, plot.key, plot.key
        ),
        Markup('<title id="{}-t">{}</title><desc id="{}-d">{}</desc>').format(
            plot.key, plot.title, plot.key, plot.told
        ),
        *_normal(plot, scale),
        *_axes(plot, ticks, scale),
        *_days(plot, points, scale),
        *(part for place, line in enumerate(plot.lines) for part in _line(line, scale, second=place > 0)),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def ticks_of(plot: Plot, points: Sequence[Point]) -> list[Decimal]:
    """Round values at equal distances, the first below and the last above all points, and the bounds of what is normal
    where these are near."""
    values = [point.value for point in points]
    low, high = min(values), max(values)
    room = (high - low) or abs(high) / 10 or Decimal(1)
    near = [bound for bound in (plot.low, plot.high) if bound is not None and low - room <= bound <= high + room]
    low, high = min([low, *near]), max([high, *near])
    step = _step((high - low) or room)
    first = (low / step).to_integral_value("ROUND_FLOOR") * step
    last = (high / step).to_integral_value("ROUND_CEILING") * step
    if first == last:
        first, last = first - step, last + step
    return [first + step * number for number in range(int((last - first) / step) + 1)]


def _step(span: Decimal) -> Decimal:
    """1, 2 or 5 times a power of ten."""
    rough = span / TICKS
    power = Decimal(10) ** rough.adjusted()
    return next(step * power for step in STEPS if step * power >= rough)


def _normal(plot: Plot, scale: _Scale) -> Iterator[Markup]:
    if plot.low is None and plot.high is None:
        return
    top = max(scale.y(min(plot.high, scale.top)) if plot.high is not None else TOP, TOP)
    bottom = min(scale.y(max(plot.low, scale.bottom)) if plot.low is not None else BOTTOM, BOTTOM)
    if bottom > top:
        yield Markup('<rect class="fit" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>').format(
            LEFT, top, RIGHT - LEFT, bottom - top
        )


def _axes(plot: Plot, ticks: Sequence[Decimal], scale: _Scale) -> Iterator[Markup]:
    for value in ticks:
        y = scale.y(value)
        yield Markup('<path class="grid" d="M{} {:.1f}H{}"/>').format(LEFT, y, RIGHT)
        yield Markup('<text x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(
            LEFT - 5, y + 4.5, decimal(_plain(value), plot.language)
        )
    yield Markup('<path class="axis" d="M{} {}H{}"/>').format(LEFT, BOTTOM, RIGHT)


def _days(plot: Plot, points: Sequence[Point], scale: _Scale) -> Iterator[Markup]:
    """The first and the last day; of one day only that."""
    times = sorted(point.at for point in points)
    first, last = (short_day(at.date(), plot.language) for at in (times[0], times[-1]))
    places = [(LEFT, "start", first), (RIGHT, "end", last)]
    for x, anchor, day in places if first != last else [((LEFT + RIGHT) // 2, "middle", first)]:
        yield Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(x, BOTTOM + 20, anchor, day)


def _line(points: Sequence[Point], scale: _Scale, *, second: bool) -> Iterator[Markup]:
    places = [(scale.x(point.at), scale.y(point.value)) for point in points]
    kind = "line second" if second else "line"
    if len(places) > 1:
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in _apart(places))
        yield Markup('<path class="{}" d="M{}"/>').format(kind, path)
    for point, (x, y) in zip(points, places, strict=True):
        if point.is_out:
            shape = f"M{x:.1f} {y - OUT:.1f}l{OUT} {OUT} {-OUT} {OUT} {-OUT} {-OUT}z"
            yield Markup('<path class="dot out" d="{}"/>').format(shape)
        else:
            yield Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="{}"/>').format(x, y, RADIUS)


def _apart(places: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Without those that nobody can tell from the one before."""
    yield places[0]
    for (x0, y0), (x1, y1) in pairwise(places):
        if abs(x1 - x0) + abs(y1 - y0) >= NEAR:
            yield x1, y1


def _plain(value: Decimal) -> Decimal:
    """Without zeros at its end, and without an exponent."""
    short = value.normalize()
    return short.quantize(Decimal(1)) if short.as_tuple().exponent > 0 else short  # type: ignore[operator]
