"""What a document may be asked for besides its resource, read strictly. Pure; all of these raise InvalidParameter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from exports.wording import long_date
from fhir_server.errors import InvalidParameter
from resources.issues import Text

Options = Mapping[str, str]
LONGEST_WORDS = 200
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def one_of(options: Options, name: str, *allowed: str) -> str:
    """One of the words that are allowed; the first where nothing was asked."""
    asked = options.get(name, allowed[0])
    if asked not in allowed:
        known = ", ".join(word for word in allowed if word)
        raise _refused(name, f"{name} is one of {known}.", f"{name} adalah salah satu dari {known}.")
    return asked


def number(options: Options, name: str, least: int, most: int) -> int | None:
    """A whole number within these bounds; None where nothing was asked."""
    asked = options.get(name)
    if asked is None:
        return None
    found = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= len(str(most)) else None
    if found is None or not least <= found <= most:
        raise _refused(
            name,
            f"{name} is a whole number from {least} to {most}.",
            f"{name} adalah bilangan bulat dari {least} sampai {most}.",
        )
    return found


def day(options: Options, name: str, first: date, within: int) -> date:
    """A date, from the first that is allowed to so many days later; the first where nothing was asked."""
    asked = options.get(name)
    if asked is None:
        return first
    last = first + timedelta(days=within)
    found = _date(asked)
    if found is None or not first <= found <= last:
        raise _refused(
            name,
            f"{name} is a date such as {first}, from {long_date(first, 'en')} to {long_date(last, 'en')}.",
            f"{name} adalah tanggal seperti {first}, dari {long_date(first)} sampai {long_date(last)}.",
        )
    return found


def words(options: Options, name: str) -> str:
    """One line of text; nothing where nothing was asked."""
    found = " ".join(options.get(name, "").split())
    if len(found) > LONGEST_WORDS:
        raise _refused(
            name,
            f"{name} has at most {LONGEST_WORDS} characters.",
            f"{name} paling banyak {LONGEST_WORDS} karakter.",
        )
    return found


def missing(name: str, hint: Text) -> InvalidParameter:
    """The refusal where an option must be given."""
    return InvalidParameter(hint, expression=name)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def _refused(name: str, english: str, indonesian: str) -> InvalidParameter:
    return InvalidParameter(Text(english, indonesian), expression=name)
