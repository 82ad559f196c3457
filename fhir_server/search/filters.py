"""What a `_filter` asks of a type, as conditions. https://hl7.org/fhir/R4/search_filter.html"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from fhir_server.errors import InvalidParameter
from fhir_server.search import chains, refusals
from fhir_server.search.conditions import AllOf, AnyOf, Condition, Criterion, Matching, Not
from fhir_server.search.criteria import MAX_VALUE_LENGTH, criterion_of
from fhir_server.search.escapes import escape, split, unescape
from fhir_server.search.fields import Field, Filter, fields
from fhir_server.search.filter_syntax import NAME, Comparison, Expression, Joined, Negated, Step, read
from fhir_server.search.kinds import string
from resources.definitions.own import NONE, Extra

__all__ = ["NAME", "OPERATORS", "condition"]

OPERATORS = frozenset("eq ne co sw ew gt lt ge le ap sa eb pr po ss sb in ni re".split())
Compare = Callable[[str, Field, str], Condition]
"""(type, field, value) -> the condition that an operator makes of them."""


def condition(type: str, text: str, extra: Extra = NONE) -> Condition:
    """The condition that `_filter=text` puts on a type; raises InvalidParameter."""
    return _resolved(type, read(text), extra)


def _resolved(type: str, expression: Expression, extra: Extra) -> Condition:
    match expression:
        case Negated(part=part):
            return Not(_resolved(type, part, extra))
        case Joined(operator=operator, parts=parts):
            found = tuple(_resolved(type, part, extra) for part in parts)
            return AllOf(found) if operator == "and" else AnyOf(found)
        case Comparison():
            if expression.operator not in OPERATORS:
                raise _unknown_operator(expression.operator, OPERATORS)
            return _followed(type, expression.path, expression, extra)


def _followed(type: str, path: tuple[Step, ...], comparison: Comparison, extra: Extra) -> Condition:
    """The chain up to the first name with brackets; they hold for the very resource that the rest is about."""
    until = next((place for place, step in enumerate(path) if step.filter is not None), len(path) - 1)
    name = ".".join(step.name for step in path[: until + 1])
    inner, rest = path[until].filter, path[until + 1 :]
    if inner is None:
        return chains.follow(type, name, partial(_compared, comparison=comparison, extra=extra), extra)
    if not rest:
        raise refusals.refuse(NAME, "A name must follow the brackets.", "Setelah kurung siku harus ada nama.")

    def both(target: str, name: str) -> Condition:
        return AllOf((_resolved(target, inner, extra), _followed(target, rest, comparison, extra)))

    return chains.follow(type, f"{name}.{rest[0].name}", both, extra)


def _compared(type: str, code: str, comparison: Comparison, extra: Extra) -> Condition:
    field, operator = fields(type, extra)[code.partition(":")[0]], comparison.operator
    if ":" in code:
        raise refusals.refuse(
            NAME,
            f"'{refusals.shown(code)}': modifiers have no place in a filter.",
            f"'{refusals.shown(code)}': modifier tidak dipakai dalam filter.",
        )
    if not comparison.value:
        raise refusals.empty_value(code)
    if len(comparison.value) > MAX_VALUE_LENGTH:
        raise refusals.too_much(code, "characters", "karakter", MAX_VALUE_LENGTH)
    known = {"pr": _present, **KINDS.get(field.parameter.type, {})}
    if operator not in known:
        raise _unknown_operator(operator, known, code)
    return known[operator](type, field, comparison.value)


def _present(type: str, field: Field, value: str) -> Condition:
    if value not in ("true", "false"):
        raise refusals.wrong_value(f"{field.code} pr", value, "true or false", "true atau false")
    return Criterion(field, "missing", ("false" if value == "true" else "true",))


def _prefixed(prefix: str) -> Compare:
    return lambda type, field, value: Criterion(field, None, (prefix + _one(value),))


def _overlapping(type: str, field: Field, value: str) -> Condition:
    """Neither wholly after nor wholly before."""
    outside = (Criterion(field, None, (prefix + escape(value),)) for prefix in ("sa", "eb"))
    return AllOf((_present(type, field, "true"), *(Not(one) for one in outside)))


def _plain(type: str, field: Field, value: str) -> Condition:
    return Criterion(field, None, (_one(value),))


def _unlike(type: str, field: Field, value: str) -> Condition:
    """There is a value, and none is equal."""
    return AllOf((_present(type, field, "true"), Not(_plain(type, field, value))))


def _other_token(type: str, field: Field, value: str) -> Condition:
    """There is a value that is not equal: the entries of bare systems are no values."""
    parts = [unescape(part) for part in split(value, "|")]
    if len(parts) > 2 or not parts[-1]:
        raise refusals.wrong_value(f"{field.code} ne", value, "code or system|code", "kode atau sistem|kode")
    equal: Filter = {"$gte": f"{parts[0]}\0", "$lt": f"{parts[0]}\x01"}
    if len(parts) == 2:
        equal = {"$eq": f"{parts[1]}\0{parts[0]}"}
    unequal: Filter = {"$elemMatch": {"$gte": "\x01", "$not": equal}}
    filter = {"$not": {"$eq": value}} if field.layout == "scalar" else unequal
    return Matching(field, {field.path: filter}, f"{field.code} ne {value}")


def _modified(modifier: str) -> Compare:
    return lambda type, field, value: criterion_of(field, f"{field.code}:{modifier}", _one(value))


def _one(value: str) -> str:
    """A token, quantity, reference or URI as one search value: its | and its escapes keep their meaning."""
    return re.sub(r"(?<!\\),", r"\,", value)


def _text(modifier: str | None) -> Compare:
    return lambda type, field, value: Criterion(field, modifier, (escape(value),))


def _text_filter(operator: str, make: Callable[[str], Filter]) -> Compare:
    def compare(type: str, field: Field, value: str) -> Condition:
        folded = string.entry(value).partition("\0")[0]
        return Matching(field, {field.path: make(folded)}, f"{field.code} {operator} {value}")

    return compare


def _whole(folded: str) -> Filter:
    return {"$elemMatch": {"$gte": f"{folded}\0", "$lt": f"{folded}\x01"}}


def _other(folded: str) -> Filter:
    return {"$elemMatch": {"$not": {"$gte": f"{folded}\0", "$lt": f"{folded}\x01"}}}


def _ending(folded: str) -> Filter:
    return {"$regex": rf"^[^\x00]*{re.escape(folded)}\x00"}


_ORDERED: Mapping[str, Compare] = {name: _prefixed(name) for name in "eq ne gt lt ge le ap sa eb".split()}
KINDS: Mapping[str, Mapping[str, Compare]] = {
    "string": {
        "eq": _text_filter("eq", _whole),
        "ne": _text_filter("ne", _other),
        "co": _text("contains"),
        "sw": _text(None),
        "ew": _text_filter("ew", _ending),
    },
    "token": {
        "eq": _plain,
        "ne": _other_token,
        "ss": _modified("below"),
        "sb": _modified("above"),
        "in": _modified("in"),
        "ni": _modified("not-in"),
    },
    "date": {**_ORDERED, "po": _overlapping},
    "number": _ORDERED,
    "quantity": _ORDERED,
    "reference": {"eq": _plain, "ne": _unlike, "re": _plain},
    "uri": {"eq": _plain, "ne": _unlike},
    "composite": {"eq": _plain},
}
"""Which operators a kind of parameter knows, beside pr, which all know."""


def _unknown_operator(operator: str, known: Iterable[str], code: str = "") -> InvalidParameter:
    names, shown = ", ".join(sorted(known)), refusals.shown(operator)
    if code:
        return refusals.refuse(
            NAME,
            f"The operator '{shown}' does not work on '{code}'; these do: {names}.",
            f"Operator '{shown}' tidak berlaku untuk '{code}'; yang berlaku: {names}.",
        )
    return refusals.refuse(
        NAME,
        f"'{shown}' is not an operator of filters; these are: {names}.",
        f"'{shown}' bukan operator filter; yang ada: {names}.",
    )
