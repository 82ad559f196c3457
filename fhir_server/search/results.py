"""How a search result is wanted: sorted, counted, with what is included, in parts. https://hl7.org/fhir/R4/search.html#return"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal, cast

from fhir_server.search import refusals
from fhir_server.search.fields import Field, fields
from fhir_server.search.include import Include, read_include
from resources.definitions.own import NONE, Extra

DEFAULT_COUNT = 20
MAX_COUNT = 1_000
MAX_SORT_KEYS = 10
MAX_INCLUDES = 50
MAX_ELEMENTS = 100
REPEATABLE = frozenset({"_include", "_revinclude"})

Total = Literal["none", "estimate", "accurate"]
Summary = Literal["true", "text", "data", "count", "false"]
Contained = Literal["false", "true", "both"]
TOTALS: tuple[Total, ...] = ("none", "estimate", "accurate")
SUMMARIES: tuple[Summary, ...] = ("true", "text", "data", "count", "false")
CONTAINED: tuple[Contained, ...] = ("false", "true", "both")
_COUNT = re.compile(r"[0-9]{1,18}", re.ASCII)
_ELEMENT = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort key."""

    field: Field
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """`count`: entries of a page, 0 for none; `cursor`: which page, as a link told;
    `total` and `summary` are None where the client does not say; `extra`: the own parameters that were known;
    `contained`: whether contained resources are searched too, or alone, and `unfolds` whether they are answered
    themselves and not what contains them."""

    sort: tuple[Sort, ...] = ()
    count: int = DEFAULT_COUNT
    includes: tuple[Include, ...] = ()
    revincludes: tuple[Include, ...] = ()
    cursor: str | None = None
    total: Total | None = None
    summary: Summary | None = None
    elements: tuple[str, ...] = ()
    extra: Extra = NONE
    contained: Contained = "false"
    unfolds: bool = False


def read(results: Results, type: str, name: str, value: str) -> Results:
    """The results with one more result parameter, `name[:modifier]=value`."""
    bare, colon, modifier = name.partition(":")
    if colon and not (bare in REPEATABLE and modifier == "iterate"):
        raise refusals.unknown_modifier(bare, modifier, ["iterate"] if bare in REPEATABLE else [])
    if value == "":
        raise refusals.empty_value(bare)
    return RESULT_PARAMETERS[bare](results, type, name, value)


def _sort(results: Results, type: str, name: str, value: str) -> Results:
    parts = value.split(",", MAX_SORT_KEYS)
    if len(parts) > MAX_SORT_KEYS:
        raise refusals.too_much(name, "sort keys", "kunci urutan", MAX_SORT_KEYS)
    keys = tuple(_sort_key(type, part, results.extra) for part in parts)
    if len({key.field.code for key in keys}) < len(keys):
        raise refusals.repeated(name)
    return replace(results, sort=keys)


def _sort_key(type: str, text: str, extra: Extra) -> Sort:
    code = text.removeprefix("-")
    known = fields(type, extra)
    if extra.being_indexed(code, type):
        raise refusals.being_indexed(code, type)
    if code not in known:
        raise refusals.unknown_parameter(f"_sort={code}", type, get_close_matches(code[:64], known, n=3))
    if not known[code].sortable:
        raise refusals.refuse("_sort", f"'{code}' has no order to sort by.", f"'{code}' tidak mempunyai urutan.")
    return Sort(known[code], text.startswith("-"))


def _count(results: Results, type: str, name: str, value: str) -> Results:
    if not _COUNT.fullmatch(value):
        raise refusals.wrong_value(name, value, "a whole number from 0", "bilangan bulat mulai 0")
    return replace(results, count=min(int(value), MAX_COUNT))


def _include(results: Results, type: str, name: str, value: str) -> Results:
    include = read_include(name, value, results.extra)
    reverse = name.startswith("_revinclude")
    if len(results.includes) + len(results.revincludes) >= MAX_INCLUDES:
        raise refusals.too_much(name, "includes", "include", MAX_INCLUDES)
    if reverse:
        return replace(results, revincludes=(*results.revincludes, include))
    return replace(results, includes=(*results.includes, include))


def _total(results: Results, type: str, name: str, value: str) -> Results:
    return replace(results, total=cast(Total, _one_of(TOTALS, name, value)))


def _summary(results: Results, type: str, name: str, value: str) -> Results:
    return replace(results, summary=cast(Summary, _one_of(SUMMARIES, name, value)))


def _one_of(known: tuple[str, ...], name: str, value: str) -> str:
    if value not in known:
        raise refusals.wrong_value(name, value, f"one of {', '.join(known)}", f"salah satu dari {', '.join(known)}")
    return value


def _elements(results: Results, type: str, name: str, value: str) -> Results:
    names = tuple(part.strip() for part in value.split(",", MAX_ELEMENTS))
    if len(names) > MAX_ELEMENTS:
        raise refusals.too_much(name, "elements", "elemen", MAX_ELEMENTS)
    if wrong := next((one for one in names if not _ELEMENT.fullmatch(one)), None):
        raise refusals.wrong_value(name, wrong, "names of elements", "nama elemen")
    if "" in names:
        raise refusals.empty_value(name)
    return replace(results, elements=names)


def _cursor(results: Results, type: str, name: str, value: str) -> Results:
    return replace(results, cursor=value)


def _contained(results: Results, type: str, name: str, value: str) -> Results:
    return replace(results, contained=cast(Contained, _one_of(CONTAINED, name, value)))


def _contained_type(results: Results, type: str, name: str, value: str) -> Results:
    """Says nothing where contained resources are not searched."""
    return replace(results, unfolds=_one_of(("container", "contained"), name, value) == "contained")


RESULT_PARAMETERS: Mapping[str, Callable[[Results, str, str, str], Results]] = {
    "_sort": _sort,
    "_count": _count,
    "_include": _include,
    "_revinclude": _include,
    "_total": _total,
    "_summary": _summary,
    "_elements": _elements,
    "_contained": _contained,
    "_containedType": _contained_type,
    "_cursor": _cursor,
}
