"""The words of a page for days, times and waiting, as templates use them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exports import wording
from exports.units import Language
from portal.visit import Visit
from portal.wording import duration, full_day, hours, short_day


@dataclass(frozen=True, slots=True)
class Words:
    """In the language of a visitor, in the hospital's time."""

    visit: Visit

    @property
    def language(self) -> Language:
        return self.visit.language

    def say(self, id: str, en: str) -> str:
        return self.visit.say(id, en)

    def day(self, day: date) -> str:
        """Selasa, 24 November 2026"""
        return full_day(day, self.language)

    def short(self, at: date | datetime) -> str:
        """24 Nov 2026"""
        return short_day(self.local(at), self.language)

    def clock(self, at: datetime) -> str:
        """08.30 WITA"""
        return wording.clock(at, self.visit.zone)

    def time(self, at: datetime) -> str:
        """08.30"""
        return f"{at.astimezone(self.visit.zone):%H.%M}"

    @property
    def zone(self) -> str:
        """WITA"""
        return wording.ZONES.get(self.visit.zone.key, "")

    def hours(self, start: datetime, end: datetime) -> str:
        """08.00–12.00 WITA"""
        return hours(start, end, self.visit.zone)

    def weekday(self, day: date) -> str:
        """Selasa"""
        return wording.day_name(day, self.language)

    def minutes(self, number: int) -> str:
        """30 menit"""
        return duration(timedelta(minutes=number), self.language)

    def local(self, at: date | datetime) -> date:
        """The hospital's day."""
        return at.astimezone(self.visit.zone).date() if isinstance(at, datetime) else at

    def duration(self, time: timedelta) -> str:
        """25 menit"""
        return duration(time, self.language)
