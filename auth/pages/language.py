"""In which language a page speaks: Bahasa Indonesia or English."""

from __future__ import annotations

from datetime import date

LANGUAGES = ("id", "en")
MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split(),
    "en": "January February March April May June July August September October November December".split(),
}


def chosen(switched: str | None, remembered: str | None, accepted: str | None, default: str) -> str:
    """The language of the switch, else of the cookie, else the one of Accept-Language that is preferred."""
    for language in (switched, remembered):
        if language in LANGUAGES:
            return language
    return next((language for language in _preferred(accepted or "") if language in LANGUAGES), default)


def day(text: str, language: str) -> str:
    """A date as FHIR writes it, in words: `1960-03-02` -> `2 Maret 1960`, `1960-03` -> `Maret 1960`."""
    year, *rest = text.split("-")
    if len(rest) == 2:
        moment = date.fromisoformat(text)
        return f"{moment.day} {MONTHS[language][moment.month - 1]} {year}"
    return f"{MONTHS[language][int(rest[0]) - 1]} {year}" if rest else year


def _preferred(header: str) -> list[str]:
    """The primary languages of an Accept-Language header, the most preferred first. RFC 9110 section 12.5.4"""
    found = []
    for part in header[:500].split(","):
        tag, _, weight = part.partition(";")
        found.append((_weight(weight), tag.strip().lower().partition("-")[0]))
    return [language for weight, language in sorted(found, key=lambda row: -row[0]) if weight > 0]


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
