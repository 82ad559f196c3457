"""Why a search is refused, in the words of both languages: errors to raise. https://hl7.org/fhir/R4/search.html#errors"""

from __future__ import annotations

from collections.abc import Iterable

from fhir_server.errors import InvalidParameter
from resources.issues import Text

SHOWN = 80


def shown(text: str) -> str:
    """User text as it may stand in a message: short, and without control characters."""
    cut = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    return "".join(character if character.isprintable() else "\ufffd" for character in cut)


def refuse(name: str, en: str, id: str) -> InvalidParameter:
    return InvalidParameter(Text(en, id), expression=shown(name))


def unknown_parameter(name: str, type: str, near: Iterable[str]) -> InvalidParameter:
    hint_en, hint_id = "", ""
    if names := ", ".join(near):
        hint_en, hint_id = f" Did you mean {names}?", f" Maksud Anda {names}?"
    return refuse(
        name,
        f"{type} has no search parameter '{shown(name)}'.{hint_en}",
        f"{type} tidak mempunyai parameter pencarian '{shown(name)}'.{hint_id}",
    )


def being_indexed(code: str, type: str) -> InvalidParameter:
    """A parameter of the hospital's own that is new."""
    return refuse(
        code,
        f"The search parameter '{code}' of {type} is being indexed: try again in a while.",
        f"Parameter pencarian '{code}' pada {type} sedang diindeks: coba lagi beberapa saat lagi.",
    )


def unsupported(name: str, what: str) -> InvalidParameter:
    return refuse(name, f"'{shown(what)}' is not supported here.", f"'{shown(what)}' belum didukung di sini.")


def unknown_modifier(name: str, modifier: str, allowed: Iterable[str]) -> InvalidParameter:
    known = ", ".join(f":{one}" for one in sorted(allowed))
    return refuse(
        name,
        f"The modifier ':{shown(modifier)}' does not work on '{shown(name)}'; these do: {known}.",
        f"Modifier ':{shown(modifier)}' tidak berlaku untuk '{shown(name)}'; yang berlaku: {known}.",
    )


def wrong_value(name: str, value: str, expected_en: str, expected_id: str) -> InvalidParameter:
    return refuse(
        name,
        f"'{shown(value)}' is not a value for '{shown(name)}': expected {expected_en}.",
        f"'{shown(value)}' bukan nilai untuk '{shown(name)}': seharusnya {expected_id}.",
    )


def empty_value(name: str) -> InvalidParameter:
    return refuse(name, f"'{shown(name)}' has an empty value.", f"Nilai '{shown(name)}' kosong.")


def repeated(name: str) -> InvalidParameter:
    return refuse(name, f"'{shown(name)}' may be given once only.", f"'{shown(name)}' hanya boleh diberikan satu kali.")


def too_much(name: str, what_en: str, what_id: str, limit: int) -> InvalidParameter:
    return refuse(
        name,
        f"Too many or too long: at most {limit} {what_en}.",
        f"Terlalu banyak atau panjang: maksimum {limit} {what_id}.",
    )
