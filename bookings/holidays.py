"""The national holidays of Indonesia and the collective leave: those decreed (SKB 3 Menteri), else those computed.

https://github.com/vacanza/holidays
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

from holidays import country_holidays

Holidays = Callable[[date, date], Mapping[date, str]]
"""From the first and the last day to the names of the holidays between, by their day."""


def national(first: date, last: date, *, collective: bool = True) -> dict[date, str]:
    """The holidays from the first to the last day, with their names in Bahasa. `collective`: with collective leave
    (cuti bersama), on which outpatient clinics are closed as offices are, unless their hospital decides otherwise."""
    years = range(first.year, last.year + 1)
    return {day: name for year in years for day, name in _of_year(year, collective).items() if first <= day <= last}


@cache
def _of_year(year: int, collective: bool) -> Mapping[date, str]:
    categories = ("public", "government") if collective else ("public",)
    return dict(country_holidays("ID", years=year, language="id", categories=categories))
