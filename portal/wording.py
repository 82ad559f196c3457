"""How the pages say when something is and how long it takes. Pure.

`language`: id or en; moments are in the hospital's time.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from exports import wording

SHORT_MONTHS = {
    "id": "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split(),
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
}
DAYS = {"id": ("hari", "hari"), "en": ("day", "days")}
HOURS = {"id": ("jam", "jam"), "en": ("hour", "hours")}
MINUTES = {"id": ("menit", "menit"), "en": ("minute", "minutes")}


def full_day(day: date, language: str) -> str:
    """Selasa, 24 November 2026"""
    name, told = wording.day_name(day, language), wording.long_date(day, language)
    return f"{name}, {told}" if language == "id" else f"{name} {told}"


def short_day(day: date, language: str) -> str:
    """24 Nov 2026"""
    return f"{day.day} {SHORT_MONTHS[language][day.month - 1]} {day.year}"


def full_moment(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """Selasa, 24 November 2026, 08.30 WITA"""
    return f"{full_day(moment.astimezone(zone).date(), language)}, {wording.clock(moment, zone)}"


def hours(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """08.00–12.00 WITA"""
    return f"{start.astimezone(zone):%H.%M}–{wording.clock(end, zone)}"


def duration(time: timedelta, language: str) -> str:
    """25 menit; 1 jam 5 menit; 3 hari. Of less than a minute: kurang dari 1 menit."""
    minutes = round(time.total_seconds() / 60)
    if minutes < 1:
        return {"id": "kurang dari 1 menit", "en": "less than 1 minute"}[language]
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return _counted(round(hours / 24), DAYS[language])
    parts = ((hours, HOURS[language]), (rest, MINUTES[language]))
    return " ".join(_counted(number, words) for number, words in parts if number)


def remaining(time: timedelta, language: str) -> str:
    """2 hari 5 jam; 5 jam; of less than an hour: kurang dari 1 jam."""
    days, hours = divmod(int(time.total_seconds()) // 3600, 24)
    parts = ((days, DAYS[language]), (hours, HOURS[language]))
    told = " ".join(_counted(number, words) for number, words in parts if number)
    return told or {"id": "kurang dari 1 jam", "en": "less than 1 hour"}[language]


def _counted(number: int, words: tuple[str, str]) -> str:
    return f"{number} {words[number != 1]}"
