"""A search as a value: the query string read, checked and bounded. https://hl7.org/fhir/R4/search.html"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from fhir_server.messages import Parameters
from fhir_server.search import refusals, results
from fhir_server.search.escapes import split
from fhir_server.search.fields import Criterion, Field, fields
from fhir_server.search.include import Include
from fhir_server.search.kinds import date, number, quantity, reference, string, token, uri
from fhir_server.search.results import RESULT_PARAMETERS, Results, Sort

__all__ = ["Criterion", "Include", "Query", "Sort", "parse"]

MAX_PARAMETERS = 200
MAX_VALUES = 1_000
MAX_VALUE_LENGTH = 2_048
MAX_NAME_LENGTH = 256
LATER = frozenset(
    {"_contained", "_containedType", "_content", "_filter", "_list", "_query", "_text", "_type", "_score"}
)
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
MODIFIERS = {
    "string": string.MODIFIERS,
    "token": token.MODIFIERS,
    "date": date.MODIFIERS,
    "number": number.MODIFIERS,
    "quantity": quantity.MODIFIERS,
    "reference": reference.MODIFIERS,
    "uri": uri.MODIFIERS,
}


@dataclass(frozen=True, slots=True)
class Query:
    """A search of one type: all `criteria` (AND), and how the result is wanted. `ignored` names the parameters that
    nothing was done about, which happens only where the client asked for lenient handling."""

    type: str
    criteria: tuple[Criterion, ...] = ()
    results: Results = field(default_factory=Results)
    ignored: tuple[str, ...] = ()


def parse(type: str, parameters: Parameters, *, lenient: bool = False) -> Query:
    """The search of a known resource type; raises InvalidParameter for what is unknown, wrong or too much."""
    if len(parameters) > MAX_PARAMETERS:
        raise refusals.too_much("", "parameters", "parameter", MAX_PARAMETERS)
    query, seen = Query(type), set[str]()
    for name, value in parameters:
        _check_text(name, value)
        bare = name.partition(":")[0]
        if bare in RESULT_PARAMETERS:
            if bare in seen and bare not in results.REPEATABLE:
                raise refusals.repeated(bare)
            query = replace(query, results=results.read(query.results, type, name, value))
        elif lenient and not is_known(name, type):
            query = replace(query, ignored=(*query.ignored, name))
        else:
            query = replace(query, criteria=(*query.criteria, criterion(type, name, value)))
        seen.add(bare)
    if sum(len(one.values) for one in query.criteria) > MAX_VALUES:
        raise refusals.too_much("", "values", "nilai", MAX_VALUES)
    return query


def criterion(type: str, name: str, value: str) -> Criterion:
    """`name[:modifier]=value,value,...` on a type."""
    code, colon, modifier = name.partition(":")
    _check_known(code, name, type)
    field = fields(type)[code]
    if colon and modifier not in _modifiers(field):
        raise refusals.unknown_modifier(code, modifier, _shown_modifiers(field))
    values = tuple(dict.fromkeys(split(value, ",")))
    if "" in values:
        raise refusals.empty_value(name)
    if len(values) > MAX_VALUES:
        raise refusals.too_much(code, "values", "nilai", MAX_VALUES)
    if long := next((one for one in values if len(one) > MAX_VALUE_LENGTH), None):
        raise refusals.too_much(code, f"characters, not {len(long)}", "karakter", MAX_VALUE_LENGTH)
    return Criterion(field, modifier or None, values)


def is_known(name: str, type: str) -> bool:
    return "." not in name and name.partition(":")[0] in fields(type)


def _check_known(code: str, name: str, type: str) -> None:
    if is_known(name, type):
        return
    if code in LATER or code == "_has" or "." in name:
        raise refusals.unsupported(code, name)
    known = [*fields(type), *RESULT_PARAMETERS]
    raise refusals.unknown_parameter(code, type, get_close_matches(code[:64], known, n=3))


def _modifiers(field: Field) -> set[str]:
    types = field.parameter.target if field.parameter.type == "reference" else ()
    return {"missing", *MODIFIERS[field.parameter.type], *types}


def _shown_modifiers(field: Field) -> Iterable[str]:
    known = _modifiers(field)
    return known if len(known) <= 12 else {"missing", *MODIFIERS[field.parameter.type], "[type]"}


def _check_text(name: str, value: str) -> None:
    """What a database cannot hold, or no FHIR value can contain."""
    if len(name) > MAX_NAME_LENGTH:
        raise refusals.too_much(name, "characters in a name", "karakter dalam nama", MAX_NAME_LENGTH)
    if UNFIT.search(name) or UNFIT.search(value):
        raise refusals.refuse(name, "Control characters are not allowed.", "Karakter kendali tidak diperbolehkan.")
