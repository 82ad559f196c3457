"""Search values, as text, that have a chance to match: made from the values that are there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from tests.journeys.search_model import strings, terminology, tokens
from tests.journeys.search_model.dice import ELSEWHERE, GIVENS, HOME, NUMBERS, TYPES, WRITTEN_UNITS, Dice
from tests.journeys.search_model.escaping import escaped
from tests.journeys.search_model.extraction import Parameter, Value
from tests.journeys.search_model.ranges import PREFIXES
from tests.journeys.search_model.units import UCUM, UNITS, commensurable

SOME_NUMBERS = (*NUMBERS, "5.00", "1e2", "1.0e2", "5e-2", "-3.0", "100.0", "119.9")
DATE = re.compile(r"\d{4}.*")


def phrase(dice: Dice, parameter: Parameter, value: Value, modifier: str = "") -> str:
    """One alternative, escaped, near this value of the parameter."""
    type, content = value
    match parameter.kind:
        case "token" if modifier in ("in", "not-in"):
            return escaped(dice.one(tuple(terminology.SETS)))
        case "token" if modifier in ("above", "below"):
            return _related(dice)
        case "token" if modifier == "of-type":
            return _of_type(dice, content if isinstance(content, dict) else {})
        case "token" if modifier == "text":
            return escaped(_string(dice, dice.one([*tokens.texts(type, content), "Siti"]), ""))
        case "reference" if modifier == "identifier":
            identifier = (
                content.get("identifier") or dice.identifier() if isinstance(content, dict) else dice.identifier()
            )
            return _token(dice, tokens.tokens("Identifier", identifier)[0])
        case "string":
            return escaped(_string(dice, dice.one(strings.texts(type, content) or ["x"]), modifier))
        case "token" if parameter.code == "_id":
            return str(content)
        case "token":
            return _token(dice, dice.one(tokens.tokens(type, content) or [("alfa", "")]))
        case "date":
            exact = parameter.code == "_lastUpdated"
            prefix = dice.one(("", *(one for one in PREFIXES if not (exact and one == "ap"))))
            return prefix + _date(dice, dice.one([*_dates(content)] or [dice.date_time()]))
        case "number":
            return dice.one(("", *PREFIXES)) + dice.one(SOME_NUMBERS)
        case "quantity":
            return _quantity(dice, content)
        case "reference":
            return escaped(_reference(dice, content, modifier))
    return escaped(_moved(dice, content) if modifier else content)


def _string(dice: Dice, text: str, modifier: str) -> str:
    if modifier == "text":
        words = dice.random.sample(words := text.split(), dice.random.randint(1, len(words)))
        return " ".join([*words, dice.one(GIVENS)] if dice.happens(0.3) else words)
    if modifier == "exact":
        return text if dice.happens(0.8) else text.upper()
    start = dice.random.randrange(len(text)) if modifier == "contains" else 0
    part = text[start : dice.random.randint(start + 1, len(text))]
    changed = dice.one((part, part, part.upper(), part.lower(), unicodedata.normalize("NFD", part), f" {part}"))
    return changed.encode("ascii", "ignore").decode() or part if dice.happens(0.1) else changed


def _token(dice: Dice, token: tokens.Token) -> str:
    code, system = escaped(token[0]), escaped(token[1])
    forms = [f"{system}|{code}", f"|{code}", "alfa"]
    forms += [code, code, code, code.swapcase()] if code else []
    forms += [f"{system}|"] if system else []
    return dice.one([form for form in forms if form.strip("|")])


def _of_type(dice: Dice, identifier: Any) -> str:
    coding = identifier.get("type", dice.one(TYPES))["coding"][0]
    return "|".join(escaped(part) for part in (coding["system"], coding["code"], identifier.get("value", "alfa")))


def _related(dice: Dice) -> str:
    return "|".join(escaped(part) for part in dice.one(tuple(terminology.BELOW)))


def _moved(dice: Dice, url: str) -> str:
    """A URL above or below."""
    parts = url.split("/")
    return dice.one((url, url, url, f"{url}/", f"{url}/lagi", "/".join(parts[:-1]) or url, url[:-1]))


def _dates(content: Any) -> Iterator[str]:
    """Every date inside a date, Period or Timing."""
    if isinstance(content, str) and DATE.fullmatch(content):
        yield content
    elif isinstance(content, dict):
        for part in content.values():
            yield from _dates(part)
    elif isinstance(content, list):
        for part in content:
            yield from _dates(part)


def _date(dice: Dice, near: str) -> str:
    text = dice.one((near, near, dice.date_time()))
    cut = dice.one((4, 7, 10, 16, 99))
    if cut == 16 and len(text) > 16:
        offset = re.search(r"(Z|[+-]\d\d:\d\d)$", text)
        return text[:16] + (offset[0] if offset and dice.happens(0.8) else "")
    return text[:cut]


def _quantity(dice: Dice, content: Any) -> str:
    unit, code = dice.one(WRITTEN_UNITS)
    inside = content.get("low") or content.get("high") or content
    code = inside.get("code", inside.get("currency", code)) if dice.happens(0.8) else code
    if code in UNITS and dice.happens(0.5):
        code = dice.one([other for other in UNITS if commensurable(code, other)])
    unit = inside.get("unit", unit) if dice.happens(0.7) else unit
    number = str(inside["value"]) if "value" in inside and dice.happens(0.6) else dice.one(SOME_NUMBERS)
    system = inside.get("system", UCUM)
    exact = f"|{system}|{code}"
    form = dice.one(("", "", exact, exact, exact, f"||{code}", f"||{unit}", f"|{system}|"))
    return dice.one(("", *PREFIXES)) + number.replace("E", "e") + form


def _reference(dice: Dice, content: Any, modifier: str) -> str:
    """`Type/id`, an id, or a URL; only an id where the modifier tells the type."""
    literal = content.get("reference", "Patient/nomor-1") if isinstance(content, dict) else content
    type, _, id = literal.split("/_history/")[0].rpartition("/")
    if modifier and not (modifier in ("above", "below") and dice.happens(0.5)):
        return str(id)
    if "/_history/" in literal or "contoh" in literal:
        return str(literal)
    type = type.rpartition("/")[2]
    return str(dice.one((literal, f"{type}/{id}", id, f"{HOME}/{type}/{id}", f"{ELSEWHERE}/{type}/{id}")))
