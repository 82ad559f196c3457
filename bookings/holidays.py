"""The national holidays of Indonesia: those decreed (SKB 3 Menteri) and, for years to come, those computed.

https://github.com/vacanza/holidays
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from holidays import country_holidays


def national(first: date, last: date) -> dict[date, str]:
    """The holidays from the first to the last day, with their names in Bahasa; without collective leave (cuti bersama),
    on which hospitals decide themselves."""
    years = range(first.year, last.year + 1)
    return {day: name for year in years for day, name in _of_year(year).items() if first <= day <= last}


@cache
def _of_year(year: int) -> Mapping[date, str]:
    return dict(country_holidays("ID", years=year, language="id"))
