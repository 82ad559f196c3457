"""How dates, numbers, ages and names are written on the hospital's papers. Pure.

Long Indonesian dates, a comma before decimals, a point between thousands: the spelling that official letters use.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split(),
    "en": "January February March April May June July August September October November December".split(),
}
DAYS = {
    "id": "Senin Selasa Rabu Kamis Jumat Sabtu Minggu".split(),
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
}
ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
UNDER_TWELVE = "nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas".split()
SCALES = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (1000, "ribu"))
MOST_IN_WORDS = 10**15
DASH = "–"


def long_date(day: date, language: str = "id") -> str:
    """24 November 2026"""
    return f"{day.day} {MONTHS[language][day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    """24/11/2026"""
    return f"{day:%d/%m/%Y}"


def day_name(day: date, language: str = "id") -> str:
    return DAYS[language][day.weekday()]


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """08.30 WITA"""
    return f"{moment.astimezone(zone):%H.%M} {ZONES.get(zone.key, '')}".rstrip()


def date_and_time(moment: datetime, zone: ZoneInfo, language: str = "id") -> str:
    """24 November 2026, 08.30 WITA"""
    return f"{long_date(moment.astimezone(zone).date(), language)}, {clock(moment, zone)}"


def roman(number: int) -> str:
    """Of a month, or of a number of tablets: XI. Raises ValueError below 1 and above 3999."""
    if not 1 <= number <= 3999:
        raise ValueError(number)
    written = ""
    for value, letters in ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def in_words(number: int) -> str:
    """A whole number from 0 up, in Indonesian: 3 -> tiga, 1250 -> seribu dua ratus lima puluh. Raises ValueError."""
    if not 0 <= number < MOST_IN_WORDS:
        raise ValueError(number)
    if number < 12:
        return UNDER_TWELVE[number]
    if number < 20:
        return f"{UNDER_TWELVE[number - 10]} belas"
    if number < 100:
        return _joined(f"{UNDER_TWELVE[number // 10]} puluh", number % 10)
    if number < 200:
        return _joined("seratus", number - 100)
    if number < 1000:
        return _joined(f"{UNDER_TWELVE[number // 100]} ratus", number % 100)
    if number < 2000:
        return _joined("seribu", number - 1000)
    scale, name = next(row for row in SCALES if number >= row[0])
    return _joined(f"{in_words(number // scale)} {name}", number % scale)


def _joined(head: str, rest: int) -> str:
    return f"{head} {in_words(rest)}" if rest else head


def decimal(value: Decimal | int | float, language: str = "id") -> str:
    """As it is kept, all its digits: 1234.50 -> 1.234,50. An exponent is written out."""
    plain = f"{Decimal(str(value)):,f}"
    return plain if language == "en" else plain.translate(str.maketrans(",.", ".,"))


def age(born: date, at: date, language: str = "id") -> str:
    """Years from five years on, else years and months, else months and days."""
    months = (at.year - born.year) * 12 + at.month - born.month - (at.day < born.day)
    years, month = divmod(max(months, 0), 12)
    words = ("tahun", "bulan", "hari") if language == "id" else ("years", "months", "days")
    if years >= 5:
        return f"{years} {words[0]}"
    if years:
        return f"{years} {words[0]} {month} {words[1]}"
    return f"{month} {words[1]}" if month else f"{max((at - born).days, 0)} {words[2]}"


def record_number(number: str) -> str:
    """A medical record number as it stands on folders: 001234 -> 00-12-34; others as they are."""
    if not (number.isascii() and number.isdigit() and len(number) in (6, 8)):
        return number
    return "-".join(number[place : place + 2] for place in range(0, len(number), 2))


def masked(name: str) -> str:
    """A name for people who are not to know it: Siti Aminah -> S*** A*****."""
    return " ".join(word[:1] + "*" * (len(word) - 1) for word in name.split())


GENDERS = {
    "id": {"male": "Laki-laki", "female": "Perempuan", "other": "Tidak dapat ditentukan", "unknown": "Tidak diketahui"},
    "en": {"male": "Male", "female": "Female", "other": "Other", "unknown": "Unknown"},
}


def gender(code: str, language: str = "id") -> str:
    return GENDERS[language].get(code, DASH)
