"""The syntax of primitive values. https://hl7.org/fhir/R4/datatypes.html#primitive"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from resources.issues import Text
from resources.validation import texts
from resources.validation.scope import Problem

Primitive: TypeAlias = Callable[[Any], Problem | None]
"""What is wrong with a JSON value of this type, None where nothing is."""

MAX_CHARACTERS = 1024 * 1024
MAX_DIGITS = 34  # a Decimal128 of MongoDB holds no more
MAX_EXPONENT, MIN_EXPONENT = 6111, -6176
LARGE = 10**MAX_DIGITS
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
YEAR, MONTH, DAY = r"(?!0000)([0-9]{4})", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12][0-9]|3[01])"
EARLY_DAY = r"(?:0[1-9]|1[0-9]|2[0-8])"
DATE = re.compile(f"{YEAR}(?:-{MONTH}(?:-{DAY})?)?")
DATE_TIME = re.compile(f"{YEAR}(?:-{MONTH}(?:-{DAY}(?:T{CLOCK}{ZONE})?)?)?")
INSTANT = re.compile(f"{YEAR}-{MONTH}-{DAY}T{CLOCK}{ZONE}")
TIME = re.compile(CLOCK)
CODE = re.compile(r"\S+(?:\s\S+)*", re.ASCII)
URI = re.compile(r"\S+", re.ASCII)
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
OID = re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+")
UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


PLAIN_URI = re.compile(r"[!-~]+")
PLAIN_CODE = re.compile(r"[!-~]+(?: [!-~]+)*")
PLAIN_DATE = re.compile(f"{YEAR}(?:-{MONTH}(?:-{EARLY_DAY})?)?")
PLAIN_DATE_TIME = re.compile(f"{YEAR}(?:-{MONTH}(?:-{EARLY_DAY}(?:T{CLOCK}{ZONE})?)?)?")
PLAIN_INSTANT = re.compile(f"{YEAR}-{MONTH}-{EARLY_DAY}T{CLOCK}{ZONE}")


def string(value: Any) -> Problem | None:
    if type(value) is not str:
        return texts.not_a("string", "string")
    if value.isprintable() and 0 < len(value) <= MAX_CHARACTERS:
        return None
    if not value:
        return texts.empty()
    if len(value) > MAX_CHARACTERS:
        return texts.too_long(MAX_CHARACTERS)
    return texts.control_character() if CONTROL.search(value) else None


def boolean(value: Any) -> Problem | None:
    return (
        None if value is True or value is False else texts.not_a("boolean (true or false)", "boolean (true atau false)")
    )


def decimal(value: Any) -> Problem | None:
    if type(value) is int:
        digits, exponent = MAX_DIGITS if -LARGE < value < LARGE else MAX_DIGITS + 1, 0
    elif isinstance(value, Decimal):
        if not value.is_finite():
            return texts.not_a("number", "angka")
        parts = value.as_tuple()
        digits, exponent = len(parts.digits), int(parts.exponent)
    else:
        return texts.not_a("number", "angka")
    if digits <= MAX_DIGITS and MIN_EXPONENT <= exponent <= MAX_EXPONENT:
        return None
    form = Text(f"at most {MAX_DIGITS} digits", f"paling banyak {MAX_DIGITS} digit")
    return texts.bad_syntax("decimal", "…", form)


def _integer(name: str, low: int, form: Text) -> Primitive:
    def check(value: Any) -> Problem | None:
        if type(value) is not int:
            return texts.not_a("integer", "bilangan bulat")
        if low <= value < 2**31:
            return None
        return texts.bad_syntax(name, value, form)

    return check


def _written(name: str, pattern: re.Pattern[str], form: Text) -> Primitive:
    matches = pattern.fullmatch

    def check(value: Any) -> Problem | None:
        if type(value) is str and len(value) <= MAX_CHARACTERS and matches(value) and value.isprintable():
            return None
        problem = string(value)
        return problem or (None if matches(value) else texts.bad_syntax(name, value, form))

    return check


def _dated(name: str, pattern: re.Pattern[str], form: Text) -> Primitive:
    matches = pattern.fullmatch

    def check(value: Any) -> Problem | None:
        if type(value) is not str:
            return texts.not_a("string", "string")
        found = matches(value)
        if found is None:
            return string(value) or texts.bad_syntax(name, value, form)
        year, month, day = found.groups()
        if day is None or day <= "28" or is_day(int(year), int(month), int(day)):
            return None
        return texts.bad_syntax(name, value, Text("there is no such day", "tanggal itu tidak ada"))

    return check


def is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def base64(value: Any) -> Problem | None:
    if type(value) is not str:
        return texts.not_a("string", "string")
    if not value:
        return texts.empty()
    try:
        binascii.a2b_base64("".join(value.split()), strict_mode=True)
    except ValueError:
        return texts.bad_syntax("base64Binary", value[:20], Text("RFC 4648 base64", "base64 RFC 4648"))
    return None


def _form(en: str, indonesian: str | None = None) -> Text:
    return Text(en, indonesian or en)


_URI = _form("no spaces", "tanpa spasi")

PRIMITIVES: Mapping[str, Primitive] = {
    "string": string,
    "markdown": string,
    "xhtml": string,
    "boolean": boolean,
    "decimal": decimal,
    "integer": _integer("integer", -(2**31), _form("-2147483648 to 2147483647", "-2147483648 sampai 2147483647")),
    "unsignedInt": _integer("unsignedInt", 0, _form("0 to 2147483647", "0 sampai 2147483647")),
    "positiveInt": _integer("positiveInt", 1, _form("1 to 2147483647", "1 sampai 2147483647")),
    "date": _dated("date", DATE, _form("YYYY, YYYY-MM or YYYY-MM-DD", "YYYY, YYYY-MM atau YYYY-MM-DD")),
    "dateTime": _dated(
        "dateTime",
        DATE_TIME,
        _form(
            "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz",
            "YYYY, YYYY-MM, YYYY-MM-DD atau YYYY-MM-DDThh:mm:ss+zz:zz",
        ),
    ),
    "instant": _dated("instant", INSTANT, _form("YYYY-MM-DDThh:mm:ss.sss+zz:zz")),
    "time": _written("time", TIME, _form("hh:mm:ss")),
    "code": _written(
        "code",
        CODE,
        _form("no spaces at either end, single spaces inside", "tanpa spasi di awal dan akhir, spasi tunggal di dalam"),
    ),
    "uri": _written("uri", URI, _URI),
    "url": _written("url", URI, _URI),
    "canonical": _written("canonical", URI, _URI),
    "id": _written("id", ID, _form("1 to 64 of A-Z a-z 0-9 - .", "1 sampai 64 karakter A-Z a-z 0-9 - .")),
    "oid": _written("oid", OID, _form("urn:oid:…")),
    "uuid": _written("uuid", UUID, _form("urn:uuid:… in lower case", "urn:uuid:… dengan huruf kecil")),
    "base64Binary": base64,
}

PLAIN: Mapping[str, Callable[[str], object]] = {
    "string": str.isprintable,
    "markdown": str.isprintable,
    "code": PLAIN_CODE.fullmatch,
    "uri": PLAIN_URI.fullmatch,
    "url": PLAIN_URI.fullmatch,
    "canonical": PLAIN_URI.fullmatch,
    "id": ID.fullmatch,
    "date": PLAIN_DATE.fullmatch,
    "dateTime": PLAIN_DATE_TIME.fullmatch,
    "instant": PLAIN_INSTANT.fullmatch,
}
"""What nearly all texts of a type are: true of one of 1 to PLAIN_LENGTH characters, it needs no closer look. Each is C
alone, which makes it several times as fast as that look."""

PLAIN_LENGTH = 1000
