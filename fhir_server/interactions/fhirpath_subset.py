"""The part of FHIRPath that names elements, as a patch may use it: https://hl7.org/fhir/R4/fhirpatch.html#concept

`Patient.name.where(use = 'official').given[0]`: names, indices, where() with comparisons joined by `and`, first(),
last(), ofType(), as(), extension(). A whole engine would let a patch run for minutes; this walks the resource once.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from fhir_server.errors import BadRequest
from resources.formats.malformed import shorten
from resources.issues import Text

LONGEST = 500

Literal = str | bool | Decimal


@dataclass(frozen=True, slots=True)
class Child:
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """`at` is -1 for last()."""

    at: int


@dataclass(frozen=True, slots=True)
class OfType:
    type: str


@dataclass(frozen=True, slots=True)
class Condition:
    """`path` is empty for $this; `literal` is None where the path must merely exist."""

    path: tuple[str, ...]
    equal: bool
    literal: Literal | None


@dataclass(frozen=True, slots=True)
class Where:
    conditions: tuple[Condition, ...]


Step = Child | Index | OfType | Where


class _Token(NamedTuple):
    kind: str
    text: str


_TOKEN = re.compile(
    r"""\s*(?:(?P<name>\$this|`?[A-Za-z_]\w*`?)|(?P<string>'(?:[^'\\]|\\.)*')"""
    r"""|(?P<date>@[0-9T:.Z+-]+)|(?P<number>-?\d+(?:\.\d+)?)|(?P<mark>!=|[.()\[\]=]))""",
    re.ASCII,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
_END = _Token("end", "")


def parse(expression: str) -> tuple[Step, ...]:
    """The steps of an expression, its first name included. Raises BadRequest for all that is beyond the subset."""
    tokens = _tokens(expression)
    try:
        steps = [*_step(tokens)]
        while tokens[0] != _END:
            steps += _index(tokens) if tokens[0].text == "[" else _dotted(tokens)
    except _Beyond:
        raise _not_understood(expression) from None
    return tuple(steps)


class _Beyond(Exception):
    """Not part of the subset."""


def _tokens(expression: str) -> deque[_Token]:
    if len(expression) > LONGEST:
        raise BadRequest(
            Text(
                f"A FHIRPath of a patch may have at most {LONGEST} characters",
                f"FHIRPath pada patch paling panjang {LONGEST} karakter",
            ),
            code="too-costly",
        )
    tokens: deque[_Token] = deque()
    place = 0
    text = expression.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _not_understood(expression)
        kind = str(match.lastgroup)
        tokens.append(_Token(kind, match.group(kind).strip("`") if kind == "name" else match.group(kind)))
        place = match.end()
    tokens.append(_END)
    return tokens


def _not_understood(expression: str) -> BadRequest:
    shown = shorten(expression, 200)
    return BadRequest(
        Text(
            f'The path "{shown}" is not understood: a patch may use names, indices, where(), first(), last(), '
            "ofType(), as() and extension()",
            f'Jalur "{shown}" tidak dipahami: patch dapat memakai nama, indeks, where(), first(), last(), '
            "ofType(), as() dan extension()",
        )
    )


def _take(tokens: deque[_Token], kind: str, text: str | None = None) -> str:
    token = tokens[0]
    if token.kind != kind or text not in (None, token.text) or token.text == "$this":
        raise _Beyond
    return tokens.popleft().text


def _index(tokens: deque[_Token]) -> list[Step]:
    _take(tokens, "mark", "[")
    number = _take(tokens, "number")
    _take(tokens, "mark", "]")
    if not number.isdecimal() or len(number) > 9:
        raise _Beyond
    return [Index(int(number))]


def _dotted(tokens: deque[_Token]) -> list[Step]:
    _take(tokens, "mark", ".")
    return _step(tokens)


def _step(tokens: deque[_Token]) -> list[Step]:
    name = _take(tokens, "name")
    if tokens[0].text != "(":
        return [Child(name)]
    _take(tokens, "mark", "(")
    steps = _function(name, tokens)
    _take(tokens, "mark", ")")
    return steps


def _function(name: str, tokens: deque[_Token]) -> list[Step]:
    if name in ("first", "last"):
        return [Index(0 if name == "first" else -1)]
    if name in ("ofType", "as"):
        return [OfType(_type(tokens))]
    if name == "extension":
        url = _unquoted(_take(tokens, "string"))
        return [Child("extension"), Where((Condition(("url",), True, url),))]
    if name != "where":
        raise _Beyond
    conditions = [_condition(tokens)]
    while tokens[0].text == "and":
        tokens.popleft()
        conditions.append(_condition(tokens))
    return [Where(tuple(conditions))]


def _type(tokens: deque[_Token]) -> str:
    name = _take(tokens, "name")
    if name == "FHIR" and tokens[0].text == ".":
        tokens.popleft()
        name = _take(tokens, "name")
    return name


def _condition(tokens: deque[_Token]) -> Condition:
    if tokens[0].text == "$this":
        tokens.popleft()
        return Condition((), *_comparison(tokens))
    path = [_take(tokens, "name")]
    while tokens[0].text == ".":
        tokens.popleft()
        path.append(_take(tokens, "name"))
    if path[-1] == "exists" and tokens[0].text == "(":
        tokens.popleft()
        _take(tokens, "mark", ")")
        return Condition(tuple(path[:-1]), True, None)
    return Condition(tuple(path), *_comparison(tokens))


def _comparison(tokens: deque[_Token]) -> tuple[bool, Literal]:
    if tokens[0].text not in ("=", "!="):
        raise _Beyond
    equal = tokens.popleft().text == "="
    token = tokens.popleft()
    if token.kind == "string":
        return equal, _unquoted(token.text)
    if token.kind == "date":
        return equal, token.text[1:].removesuffix("T")
    if token.kind == "number":
        return equal, Decimal(token.text)
    if token.text in ("true", "false"):
        return equal, token.text == "true"
    raise _Beyond


def _unquoted(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        return chr(int(match[1], 16)) if match[1] else _ESCAPED.get(match[2], match[2])

    return _ESCAPE.sub(plain, text[1:-1])
