"""Plots as SVG: valid, inside of the picture, with a text alternative, readable without colours."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.plots import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Plot, Point, svg, ticks_of

START = datetime(2026, 3, 2, tzinfo=UTC)
values = st.decimals(min_value=-1000, max_value=100_000, places=2, allow_nan=False, allow_infinity=False)


def points(*numbers: str, out: str = "") -> list[Point]:
    return [
        Point(START + timedelta(days=place), Decimal(number), number == out) for place, number in enumerate(numbers)
    ]


def parsed(plot: Plot) -> ElementTree.Element:
    return ElementTree.fromstring(str(svg(plot)))


@given(
    st.lists(st.tuples(values, st.integers(0, 10_000)), min_size=1, max_size=30), st.none() | values, st.none() | values
)
def test_everything_is_inside(found: list[tuple[Decimal, int]], low: Decimal | None, high: Decimal | None) -> None:
    line = sorted((Point(START + timedelta(hours=hours), value) for value, hours in found), key=lambda one: one.at)
    picture = parsed(Plot("p", "t", "d", [line], low, high))
    dots = picture.findall("circle")
    assert len(dots) == len(found)
    for dot in dots:
        assert LEFT <= float(dot.attrib["cx"]) <= RIGHT
        assert TOP - 0.1 <= float(dot.attrib["cy"]) <= BOTTOM + 0.1
    for band in picture.findall("rect"):
        assert float(band.attrib["y"]) >= TOP - 0.1
        assert float(band.attrib["y"]) + float(band.attrib["height"]) <= BOTTOM + 0.1


@pytest.mark.parametrize(
    ("numbers", "low", "high", "told"),
    [
        (("120", "131"), None, None, "120 125 130 135"),
        (("5.6", "6.4"), "4.0", "5.7", "5.6 5.8 6.0 6.2 6.4"),
        (("7", "7"), None, None, "6.8 7.0 7.2"),
        (("0", "0"), None, None, "-0.5 0.0 0.5"),
        (("150000", "400000"), None, None, "100000 200000 300000 400000"),
    ],
)
def test_the_axis_has_round_values_around_all(
    numbers: tuple[str, ...], low: str | None, high: str | None, told: str
) -> None:
    bounds = [Decimal(one) if one else None for one in (low, high)]
    plot = Plot("p", "t", "d", [points(*numbers)], bounds[0], bounds[1])
    ticks = ticks_of(plot, plot.lines[0])
    assert ticks == [Decimal(one) for one in told.split()]


def test_it_says_what_it_shows_and_nothing_breaks_out() -> None:
    title = '<script>"x"'
    picture = parsed(Plot("p", title, "Naik & turun", [points("1", "2")]))
    assert picture.attrib["role"] == "img"
    assert picture.attrib["aria-labelledby"] == "p-t p-d"
    texts = {one.attrib["id"]: one.text for one in picture if "id" in one.attrib}
    assert texts == {"p-t": title, "p-d": "Naik & turun"}
    assert (picture.attrib["viewBox"]) == f"0 0 {WIDTH} {HEIGHT}"


def test_days_and_numbers_are_the_readers() -> None:
    plot = Plot("p", "t", "d", [points("1.5", "3.5")])
    told = "".join(one.text or "" for one in parsed(plot).findall("text"))
    assert "1,5" in told
    assert "2 Mar 2026" in told
    english = "".join(one.text or "" for one in parsed(Plot("p", "t", "d", plot.lines, language="en")).findall("text"))
    assert "1.5" in english


def test_what_is_out_has_another_shape_and_a_second_line_is_dashed() -> None:
    picture = str(svg(Plot("p", "t", "d", [points("1", "9", out="9"), points("2", "3")])))
    assert len(re.findall('class="dot out"', picture)) == 1
    assert len(re.findall("<circle", picture)) == 3
    assert len(re.findall('class="line second"', picture)) == 1


def test_nothing_is_drawn_of_nothing() -> None:
    assert svg(Plot("p", "t", "d", [])) == ""
