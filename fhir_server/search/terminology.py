"""Which codes a value set has, and which codes stand above or below another: pure, of resources that were fetched.

https://hl7.org/fhir/R4/search.html#token, https://hl7.org/fhir/R4/valueset.html#compositions. `needed` tells what a
search must know, `codes_of` answers it or raises Missing, naming what to fetch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from fhir_server.search import hierarchy, refusals
from fhir_server.search.conditions import Condition, criteria
from fhir_server.search.escapes import split, unescape
from fhir_server.search.fields import Field
from resources.definitions.data import read
from resources.definitions.structure import required_codes
from resources.systems import ICD_9_CM, ICD_10

MOST_CODES = 10_000
FUNCTIONAL = "$current-"
"""How the names of lists begin that are not stored."""
BY_THEIR_LETTERS = frozenset({ICD_10, ICD_9_CM, "http://hl7.org/fhir/sid/icd-10-cm"})
"""Systems whose codes tell their place: E11.9 stands below E11."""


@dataclass(frozen=True, slots=True)
class ValueSetNeed:
    """A value set by its canonical URL, or by ValueSet/id."""

    name: str


@dataclass(frozen=True, slots=True)
class RelativesNeed:
    """A code with those `above` or `below` it."""

    direction: str
    system: str
    code: str


@dataclass(frozen=True, slots=True)
class ListNeed:
    id: str


@dataclass(frozen=True, slots=True)
class PlaceNeed:
    """A reference, as Type/id or an id of one of the `targets`, with what is `above` or `below` it."""

    direction: str
    targets: tuple[str, ...]
    reference: str


Need = ValueSetNeed | RelativesNeed | ListNeed | PlaceNeed


@dataclass(frozen=True, slots=True)
class Codes:
    """`pairs` of (system, code); all codes of the `systems`; `beginnings`: (system, beginning) of codes."""

    pairs: frozenset[tuple[str, str]] = frozenset()
    systems: frozenset[str] = frozenset()
    beginnings: frozenset[tuple[str, str]] = frozenset()

    def __or__(self, other: Codes) -> Codes:
        return Codes(self.pairs | other.pairs, self.systems | other.systems, self.beginnings | other.beginnings)

    def __and__(self, other: Codes) -> Codes:
        """Of codes without beginnings."""
        mine = {pair for pair in self.pairs if pair in other.pairs or pair[0] in other.systems}
        theirs = {pair for pair in other.pairs if pair[0] in self.systems}
        return Codes(frozenset(mine | theirs), self.systems & other.systems)

    def without(self, other: Codes) -> Codes:
        kept = (pair for pair in self.pairs - other.pairs if pair[0] not in other.systems)
        return Codes(frozenset(kept), self.systems - other.systems)


@dataclass(frozen=True, slots=True)
class Known:
    """What was found out for a search: codes by need; `members` of a List or of a branch, as Type/id."""

    codes: Mapping[Need, Codes] = field(default_factory=dict)
    members: Mapping[ListNeed | PlaceNeed, frozenset[str]] = field(default_factory=dict)


NOTHING = Known()


class Missing(LookupError):
    """This is not fetched yet: `type` ValueSet or CodeSystem, and its canonical URL or Type/id."""

    def __init__(self, type: str, name: str) -> None:
        super().__init__(type, name)
        self.type, self.name = type, name


Fetched = Mapping[tuple[str, str], Resource | None]
"""(type, name) -> the resource, None where there is none."""


def needs(condition: Condition) -> frozenset[Need]:
    """What must be known before the condition can be compiled; raises InvalidParameter."""
    return frozenset(need for one in criteria(condition) for need in _needs(one.field, one.modifier, one.values))


def _needs(field: Field, modifier: str | None, values: Iterable[str]) -> Iterator[Need]:
    if field.parameter.type == "token" and modifier in ("in", "not-in", "above", "below"):
        yield from (needed(field, modifier, value) for value in values)
    elif field.code == "_list" and modifier is None:
        yield from (ListNeed(unescape(value)) for value in values if not value.startswith(FUNCTIONAL))
    elif field.parameter.type == "reference" and modifier in ("above", "below"):
        yield from (PlaceNeed(modifier, field.parameter.target, unescape(value)) for value in values)


def needed(field: Field, modifier: str, raw: str) -> Need:
    name = f"{field.code}:{modifier}"
    if modifier in ("in", "not-in"):
        return ValueSetNeed(unescape(raw))
    system, *code = (unescape(part) for part in split(raw, "|"))
    if len(code) != 1 or not system or not code[0]:
        raise refusals.wrong_value(name, raw, "system|code", "sistem|kode")
    return RelativesNeed(modifier, system, code[0])


def codes_of(need: ValueSetNeed | RelativesNeed, fetched: Fetched) -> Codes:
    """Raises Missing, and InvalidParameter for what cannot be told."""
    found = _relatives(need, fetched) if isinstance(need, RelativesNeed) else _expanded(need.name, fetched, {})
    if len(found.pairs) > MOST_CODES:
        raise refusals.too_much("", "codes in a value set", "kode dalam value set", MOST_CODES)
    return found


def _relatives(need: RelativesNeed, fetched: Fetched) -> Codes:
    code_system = _fetch(fetched, "CodeSystem", need.system)
    if code_system is not None:
        related = hierarchy.below if need.direction == "below" else hierarchy.above
        return Codes(frozenset((need.system, code) for code in related(code_system, need.code)))
    if need.system not in BY_THEIR_LETTERS:
        raise _unknown("CodeSystem", need.system)
    if need.direction == "above":
        return Codes(frozenset((need.system, code) for code in hierarchy.shorter(need.code)))
    deeper = need.code if "." in need.code else f"{need.code}."
    return Codes(frozenset({(need.system, need.code)}), beginnings=frozenset({(need.system, deeper)}))


def _expanded(name: str, fetched: Fetched, done: dict[str, Codes]) -> Codes:
    """A stored value set goes before one of the specification. `done`: what was expanded already, or begun."""
    if name not in done:
        done[name] = Codes()
        done[name] = _composed(name, fetched, done)
    return done[name]


def _composed(name: str, fetched: Fetched, done: dict[str, Codes]) -> Codes:
    value_set = _fetch(fetched, "ValueSet", name)
    if value_set is None:
        return _official(name)
    compose = value_set.get("compose", {})
    if not compose.get("include"):
        return _listed(value_set.get("expansion", {}).get("contains", ()))
    chosen, excluded = (
        [_chosen(part, fetched, done, listing=bool(compose.get("exclude"))) for part in compose.get(key, ())]
        for key in ("include", "exclude")
    )
    return _union(chosen).without(_union(excluded))


def _union(parts: Iterable[Codes]) -> Codes:
    found = Codes()
    for part in parts:
        found |= part
    return found


def _chosen(part: Any, fetched: Fetched, done: dict[str, Codes], *, listing: bool) -> Codes:
    """One include or exclude; `listing`: codes one by one, because some of them will be taken out."""
    parts = [_expanded(name, fetched, done) for name in part.get("valueSet", ())]
    if system := part.get("system"):
        parts.append(_of_system(part, system, fetched, listing=listing))
    found = parts[0] if parts else Codes()
    for other in parts[1:]:
        found = found & other
    return found


def _of_system(part: Any, system: str, fetched: Fetched, *, listing: bool) -> Codes:
    if concepts := part.get("concept"):
        return Codes(frozenset((system, concept["code"]) for concept in concepts if "code" in concept))
    if not part.get("filter") and not listing:
        return Codes(systems=frozenset({system}))
    code_system = _fetch(fetched, "CodeSystem", system)
    if code_system is None:
        raise _unknown("CodeSystem", system)
    return Codes(frozenset((system, code) for code in hierarchy.filtered(code_system, part.get("filter", ()))))


def _listed(contains: Iterable[Any]) -> Codes:
    found, waiting = set(), list(contains)
    while waiting:
        row = waiting.pop()
        waiting += row.get("contains", ())
        if "code" in row and not row.get("abstract"):
            found.add((row.get("system", ""), row["code"]))
    return Codes(frozenset(found))


def _official(name: str) -> Codes:
    url = name.partition("|")[0]
    if url not in read("codes"):
        raise _unknown("ValueSet", name)
    return Codes(frozenset((system, code) for system, codes in required_codes(url).items() for code in codes))


def _fetch(fetched: Fetched, type: str, name: str) -> Resource | None:
    if (type, name) not in fetched:
        raise Missing(type, name)
    return fetched[type, name]


def _unknown(type: str, name: str) -> InvalidParameter:
    shown = refusals.shown(name)
    return refusals.refuse(
        type,
        f"This server does not know the {type} '{shown}': store it first.",
        f"Server ini tidak mengenal {type} '{shown}': simpan dahulu.",
    )
