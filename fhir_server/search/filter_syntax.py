"""The grammar of `_filter`: text to a tree that knows nothing of types yet. https://hl7.org/fhir/R4/search_filter.html

`and` and `or` are read from left to right, neither before the other, as the page says; parentheses tell otherwise.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Literal

from fhir_server.errors import InvalidParameter
from fhir_server.search import refusals
from fhir_server.search.criteria import UNFIT

NAME = "_filter"
MAX_LENGTH = 8_192
MAX_NESTING = 20
MAX_COMPARISONS = 100

_SPACE = re.compile(r"\s*")
_STEP = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*(?::[A-Za-z0-9_\-]+)*")
_WORD = re.compile(r"[A-Za-z]+")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_TOKEN = re.compile(r'[^\s,()\[\]"]+')


@dataclass(frozen=True, slots=True)
class Step:
    """One name of a path; `filter` stands in brackets behind it: subject[gender eq male].name."""

    name: str
    filter: Expression | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    path: tuple[Step, ...]
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Joined:
    operator: Literal["and", "or"]
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    part: Expression


Expression = Comparison | Joined | Negated


@dataclass(frozen=True, slots=True)
class Rest:
    """Where the reading stands; `nesting` counts open parentheses, brackets and changes between `and` and `or`."""

    text: str
    position: int = 0
    nesting: int = 0

    def past(self, pattern: re.Pattern[str]) -> tuple[str, Rest]:
        """What the pattern takes here, and the rest behind it and behind white space; "" where it takes nothing."""
        found = pattern.match(self.text, self.position)
        if found is None:
            return "", self
        after = _SPACE.match(self.text, found.end())
        return found[0], replace(self, position=after.end() if after else found.end())

    def skip(self, character: str) -> Rest | None:
        """Behind this character; None where another stands here."""
        here = self.text.startswith(character, self.position)
        return self.past(re.compile(re.escape(character)))[1] if here else None

    def deeper(self) -> Rest:
        if self.nesting >= MAX_NESTING:
            raise refusals.too_much(NAME, "levels in a filter", "tingkat dalam filter", MAX_NESTING)
        return replace(self, nesting=self.nesting + 1)


def read(text: str) -> Expression:
    """The filter as a tree; raises InvalidParameter that tells where it is not understood."""
    if len(text) > MAX_LENGTH:
        raise refusals.too_much(NAME, "characters in a filter", "karakter dalam filter", MAX_LENGTH)
    _, start = Rest(text).past(_SPACE)
    expression, rest = _filter(start)
    if rest.position < len(text):
        raise _expected(rest, "and, or, or the end", "and, or, atau akhir")
    if _size(expression) > MAX_COMPARISONS:
        raise refusals.too_much(NAME, "comparisons in a filter", "perbandingan dalam filter", MAX_COMPARISONS)
    return expression


def _filter(rest: Rest) -> tuple[Expression, Rest]:
    left, rest = _operand(rest)
    while True:
        word, after = rest.past(_WORD)
        if word not in ("and", "or"):
            return left, rest
        right, after = _operand(after)
        operator: Literal["and", "or"] = "and" if word == "and" else "or"
        if isinstance(left, Joined) and left.operator == operator:
            left = Joined(operator, (*left.parts, right))
        else:
            after = after.deeper() if isinstance(left, Joined) else after
            left = Joined(operator, (left, right))
        rest = after


def _operand(rest: Rest) -> tuple[Expression, Rest]:
    inside = rest.skip("(")
    if inside is not None:
        return _enclosed(inside, ")")
    word, after = rest.past(_WORD)
    if word == "not" and (inside := after.skip("(")) is not None:
        part, rest = _enclosed(inside, ")")
        return Negated(part), rest
    return _comparison(rest)


def _enclosed(rest: Rest, closing: str) -> tuple[Expression, Rest]:
    expression, inner = _filter(rest.deeper())
    after = inner.skip(closing)
    if after is None:
        raise _expected(inner, f"and, or, or '{closing}'", f"and, or, atau '{closing}'")
    grouped = Joined("and", (expression,)) if isinstance(expression, Joined) else expression
    return grouped, replace(after, nesting=rest.nesting)


def _comparison(rest: Rest) -> tuple[Comparison, Rest]:
    path, rest = _path(rest)
    operator, after = rest.past(_WORD)
    if not operator:
        raise _expected(rest, "an operator such as eq", "operator seperti eq")
    if after.text.startswith('"', after.position):
        text, end = after.past(_STRING)
        value = _string(text, after)
    else:
        value, end = after.past(_TOKEN)
    if not value:
        raise _expected(after, "a value", "nilai")
    return Comparison(path, operator, value), end


def _path(rest: Rest) -> tuple[tuple[Step, ...], Rest]:
    steps: list[Step] = []
    while True:
        name, after = rest.past(_STEP)
        if not name:
            raise _expected(rest, "the name of a search parameter", "nama parameter pencarian")
        inside = after.skip("[")
        inner: Expression | None = None
        if inside is not None:
            inner, after = _enclosed(inside, "]")
        steps.append(Step(name, inner))
        behind = after.skip(".")
        if behind is None:
            return tuple(steps), after
        rest = behind


def _string(text: str, rest: Rest) -> str:
    try:
        value = json.loads(text, strict=False)
    except ValueError:
        raise _expected(rest, "text in double quotes", "teks dalam tanda kutip ganda") from None
    if not isinstance(value, str) or UNFIT.search(value):
        raise _expected(rest, "text without control characters", "teks tanpa karakter kendali")
    return value


def _size(expression: Expression | None) -> int:
    match expression:
        case Comparison(path=path):
            return 1 + sum(_size(step.filter) for step in path)
        case Joined(parts=parts):
            return sum(_size(part) for part in parts)
        case Negated(part=part):
            return _size(part)
    return 0


def _expected(rest: Rest, en: str, id: str) -> InvalidParameter:
    found = refusals.shown(rest.text[rest.position : rest.position + 30])
    place = rest.position + 1
    return refusals.refuse(
        NAME,
        f"The filter is not understood at character {place}, '{found}': expected {en}.",
        f"Filter tidak dimengerti pada karakter {place}, '{found}': seharusnya {id}.",
    )
