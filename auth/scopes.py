"""What a token may be used for: the scopes of SMART, of both versions, read, compared and narrowed.

https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Literal
from urllib.parse import unquote

from resources.definitions.search import parameters
from resources.definitions.structure import resource_types

Level = Literal["patient", "user", "system"]

ANY = "*"
ALL = "cruds"
VERSION_1: Mapping[str, str] = {"read": "rs", "write": "cud", "*": "cruds"}
RESOURCE = re.compile(r"(patient|user|system)/([A-Za-z]+|\*)\.([a-z]+|\*)(?:\?(.+))?", re.DOTALL)
PERMISSIONS = re.compile(r"(?=[cruds])c?r?u?d?s?")
OTHER = re.compile(r"openid|fhirUser|profile|offline_access|online_access|launch(?:/[a-z]+(?:\?role=[^\s&=]+)?)?")
RESTRICTED_BY = ("category", "_security")
"""The search parameters that a scope may name: what stands beside every version of a resource, so that each is judged
by its own."""

CATEGORIES = "http://terminology.hl7.org/CodeSystem"
GRANULAR: Mapping[str, tuple[str, ...]] = {
    "Condition": (
        f"{CATEGORIES}/condition-category|encounter-diagnosis",
        f"{CATEGORIES}/condition-category|problem-list-item",
        "http://hl7.org/fhir/us/core/CodeSystem/condition-category|health-concern",
    ),
    "Observation": (
        f"{CATEGORIES}/observation-category|laboratory",
        f"{CATEGORIES}/observation-category|social-history",
        f"{CATEGORIES}/observation-category|vital-signs",
        f"{CATEGORIES}/observation-category|survey",
        "http://hl7.org/fhir/us/core/CodeSystem/us-core-category|sdoh",
    ),
}
"""The categories that a person is offered to narrow a type to, as system|code."""


class InvalidScope(Exception):
    """A scope that cannot be granted; the text is one line that names it."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """Only resources with one of these `values` (system|code) of a search parameter."""

    parameter: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """`type`: a resource type or *; `permissions`: of c r u d s; `restrictions`: all of which must hold; `version`: of
    SMART, in which it is written."""

    level: Level
    type: str
    permissions: str
    restrictions: frozenset[Restriction] = frozenset()
    version: Literal[1, 2] = 2

    def covers(self, other: Scope) -> bool:
        """Whether all that the other allows is allowed by this one."""
        return (
            self.level == other.level
            and self.type in (ANY, other.type)
            and set(self.permissions) >= set(other.permissions)
            and all(any(_is_within(one, mine) for one in other.restrictions) for mine in self.restrictions)
        )

    def __str__(self) -> str:
        if self.version == 1:
            word = next(word for word, permissions in VERSION_1.items() if permissions == self.permissions)
            return f"{self.level}/{self.type}.{word}"
        rows = sorted((one.parameter, ",".join(sorted(one.values))) for one in self.restrictions)
        query = "&".join(f"{parameter}={values}" for parameter, values in rows)
        return f"{self.level}/{self.type}.{self.permissions}{'?' if query else ''}{query}"


def _is_within(inner: Restriction, outer: Restriction) -> bool:
    return inner.parameter == outer.parameter and inner.values <= outer.values


@lru_cache(maxsize=4096)
def read(word: str) -> Scope | None:
    """One scope; None where it is of another kind (openid, launch, …). Raises InvalidScope for what is neither, nothing
    is guessed."""
    match = RESOURCE.fullmatch(word)
    if match is None:
        if not OTHER.fullmatch(word):
            raise InvalidScope(f"There is no scope {word}.")
        return None
    level, type, permissions, query = match.groups()
    if type != ANY and type not in resource_types():
        raise InvalidScope(f"{word}: FHIR R4 has no resource type {type}.")
    if query is None and permissions in VERSION_1:
        return Scope(level, type, VERSION_1[permissions], version=1)  # type: ignore[arg-type]
    if not PERMISSIONS.fullmatch(permissions):
        raise InvalidScope(f"{word}: what is allowed is some of c r u d s, in this order.")
    restrictions = frozenset(_restriction(word, type, pair) for pair in query.split("&")) if query else frozenset()
    return Scope(level, type, permissions, restrictions)  # type: ignore[arg-type]


def _restriction(word: str, type: str, pair: str) -> Restriction:
    """Without modifiers, chains and _filter: what a scope means must be plain to those who grant it."""
    name, equals, text = pair.partition("=")
    if name not in RESTRICTED_BY or (type != ANY and name not in parameters(type)):
        raise InvalidScope(f"{word}: a scope can be restricted by {' and '.join(RESTRICTED_BY)} only.")
    values = frozenset(unquote(value) for value in text.split(","))
    if not equals or not all(re.fullmatch(r"[^\s|\\]+\|[^\s|\\]+", value) for value in values):
        raise InvalidScope(f"{word}: {name} needs values of the form system|code.")
    return Restriction(name, values)


def words(scope: str) -> tuple[str, ...]:
    """The single scopes of a text, each once, in order."""
    return tuple(dict.fromkeys(scope.split()))


@lru_cache(maxsize=1024)
def parse(scope: str) -> frozenset[Scope]:
    """The scopes on resources in a text with spaces. Raises InvalidScope."""
    return frozenset(found for word in words(scope) if (found := read(word)) is not None)


def covers(allowed: str, asked: str) -> bool:
    """Whether all that is asked for is within what is allowed; what is no scope is not."""
    try:
        outer, others = parse(allowed), set(words(allowed))
        return all(
            word in others or (found is not None and any(one.covers(found) for one in outer))
            for word, found in ((word, read(word)) for word in words(asked))
        )
    except InvalidScope:
        return False


def reduced(asked: str, allowed: str) -> str:
    """What of `asked` lies within `allowed`, as a text: "" where nothing does. What is within as it was asked for keeps
    its spelling (and so its version). Raises InvalidScope for what is not understood."""
    found: dict[str, None] = {}
    for word in words(asked):
        scope = read(word)
        if covers(allowed, word):
            found[word] = None
        elif scope is not None:
            found.update((str(part), None) for part in _parts(scope, parse(allowed)))
    return " ".join(found)


def _parts(scope: Scope, allowed: Iterable[Scope]) -> Iterator[Scope]:
    """What a scope has in common with each of the others, the widest first."""
    common = [part for other in allowed if (part := _common(scope, other)) is not None]
    common.sort(key=lambda part: (-len(part.permissions), str(part)))
    kept: list[Scope] = []
    for part in common:
        if not any(other.covers(part) for other in kept):
            kept.append(part)
    yield from sorted(kept, key=str)


def _common(one: Scope, other: Scope) -> Scope | None:
    permissions = "".join(letter for letter in ALL if letter in one.permissions and letter in other.permissions)
    types = {one.type, other.type} - {ANY}
    restrictions = _both(one.restrictions, other.restrictions)
    if one.level != other.level or not permissions or len(types) > 1 or restrictions is None:
        return None
    return Scope(one.level, next(iter(types), ANY), permissions, restrictions)


def _both(one: frozenset[Restriction], other: frozenset[Restriction]) -> frozenset[Restriction] | None:
    """None where they exclude each other. A resource may have several categories: two restrictions are not one of what
    their values have in common, unless one is within the other."""
    kept = set(one | other)
    for inner, outer in product(one | other, repeat=2):
        if inner != outer and _is_within(inner, outer):
            kept.discard(outer)
    return frozenset(kept)


def narrowed(asked: str, chosen: Iterable[str]) -> str:
    """What a person chose to grant of what was asked for, in the order of the choice. Raises InvalidScope where the
    choice is more than was asked for."""
    found = tuple(dict.fromkeys(chosen))
    for word in found:
        if not covers(asked, word):
            raise InvalidScope(f"{word} is more than was asked for.")
    return " ".join(found)


def choices(word: str) -> tuple[str, ...]:
    """The sub-scopes that a person may choose in place of a scope on a type that has GRANULAR categories."""
    scope = read(word)
    if scope is None or scope.restrictions or scope.type not in GRANULAR:
        return ()
    rows = (frozenset({Restriction("category", frozenset({value}))}) for value in GRANULAR[scope.type])
    return tuple(str(replace(scope, restrictions=row, version=2)) for row in rows)


def levels(scope: str) -> frozenset[Level]:
    """The levels of the scopes on resources. Raises InvalidScope."""
    return frozenset(one.level for one in parse(scope))
