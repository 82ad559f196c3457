"""When a session may be booked, changed and checked in to: the hospital's settings, and pure checks. Raise Refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings import refusals
from bookings.holidays import Holidays, national
from bookings.session import Session

SHORTEST_REASON = 5
"""Characters of a reason that staff must give."""


@dataclass(frozen=True, slots=True)
class Rules:
    """`days`: how far ahead one may book; `cutoff`: before a session's end booking of it ends; `cancel`: until so long
    before its start patients cancel and reschedule; `referral_days`: how old a referral may be on the day; `hold`: how
    long a place is held, `promised`: to who comes from the waiting list; `check_in`: how long before the session one
    may check in; `zone`: the hospital's; `holidays`: on which sessions are closed."""

    days: int = 30
    cutoff: timedelta = timedelta(minutes=60)
    cancel: timedelta = timedelta(minutes=60)
    referral_days: int = 90
    hold: timedelta = timedelta(minutes=5)
    promised: timedelta = timedelta(minutes=30)
    check_in: timedelta = timedelta(minutes=120)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Makassar"))
    holidays: Holidays = national


def check_open(session: Session, now: datetime, rules: Rules) -> None:
    """For who books by the rules: closed, past, too early, too late."""
    check_held(session, now)
    if (session.day(rules.zone) - now.astimezone(rules.zone).date()).days > rules.days:
        raise refusals.too_early(rules.days)
    if now > session.end - rules.cutoff:
        raise refusals.too_late(session.poli_name, (session.end - rules.cutoff).astimezone(rules.zone))


def check_held(session: Session, now: datetime) -> None:
    """For everybody: nobody books what does not take place."""
    if session.closed:
        raise refusals.closed(session.reason)
    if now >= session.end:
        raise refusals.past()


def check_referral(referred: date | None, session: Session, rules: Rules) -> None:
    if referred is not None and (session.day(rules.zone) - referred).days > rules.referral_days:
        raise refusals.referral_old(rules.referral_days)


def check_changeable(session: Session, now: datetime, rules: Rules) -> None:
    """For patients: until when they cancel and reschedule."""
    if now > session.start - rules.cancel:
        raise refusals.cancel_too_late(int(rules.cancel.total_seconds() // 60))


def check_arrival(session: Session, now: datetime, rules: Rules) -> None:
    if session.closed:
        raise refusals.closed(session.reason)
    if now < session.start - rules.check_in:
        raise refusals.check_in_early((session.start - rules.check_in).astimezone(rules.zone))
    if now >= session.end:
        raise refusals.check_in_late()
