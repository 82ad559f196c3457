"""One parameter of a search, `name[:modifier]=value,value`, on a type. https://hl7.org/fhir/R4/search.html#parameters"""

from __future__ import annotations

import re
from difflib import get_close_matches

from fhir_server.errors import InvalidParameter
from fhir_server.search import modifiers, refusals
from fhir_server.search.escapes import split
from fhir_server.search.fields import Criterion, Field, fields
from fhir_server.search.results import RESULT_PARAMETERS
from resources.definitions.own import NONE, Extra

MAX_VALUES = 1_000
MAX_VALUE_LENGTH = 2_048
LATER = frozenset({"_contained", "_containedType", "_content", "_list", "_query", "_text", "_type", "_score"})
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""What a database cannot hold, or no FHIR value can contain."""


def criterion(type: str, name: str, value: str, extra: Extra = NONE) -> Criterion:
    """`name[:modifier]=value,value,...` on a type; raises InvalidParameter."""
    code = name.partition(":")[0]
    field = fields(type, extra).get(code)
    if field is None:
        raise unknown(code, type, extra)
    return criterion_of(field, name, value)


def criterion_of(field: Field, name: str, value: str) -> Criterion:
    """The same where the field is known."""
    code, colon, modifier = name.partition(":")
    if colon and modifier not in modifiers.known(field):
        raise refusals.unknown_modifier(code, modifier, modifiers.shown(field))
    values = tuple(dict.fromkeys(split(value, ",")))
    if "" in values:
        raise refusals.empty_value(name)
    if len(values) > MAX_VALUES:
        raise refusals.too_much(code, "values", "nilai", MAX_VALUES)
    if long := next((one for one in values if len(one) > MAX_VALUE_LENGTH), None):
        raise refusals.too_much(code, f"characters, not {len(long)}", "karakter", MAX_VALUE_LENGTH)
    return Criterion(field, modifier or None, values)


def unknown(code: str, type: str, extra: Extra = NONE) -> InvalidParameter:
    """The error for a parameter that this type does not have."""
    if code in LATER:
        return refusals.unsupported(code, code)
    if extra.being_indexed(code, type):
        return refusals.being_indexed(code, type)
    known = [*fields(type, extra), *RESULT_PARAMETERS]
    return refusals.unknown_parameter(code, type, get_close_matches(code[:64], known, n=3))
