"""Chains, `subject:Patient.name=x`, and reverse chains, `_has:Observation:patient:code=x`, of any mixture.

https://hl7.org/fhir/R4/search.html#chaining, https://hl7.org/fhir/R4/search.html#has
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import lru_cache

from fhir_server.errors import InvalidParameter
from fhir_server.search import refusals
from fhir_server.search.conditions import AnyOf, Chain, Condition, Has
from fhir_server.search.criteria import criterion, unknown
from fhir_server.search.fields import Field, fields
from resources.definitions.own import NONE, Extra
from resources.definitions.structure import resource_types

HAS = "_has"
MAX_DEPTH = 10
MAX_WAYS = 100
"""A chain that does not name its types is tried over all of them: so many combinations at most."""

Leaf = Callable[[str, str], Condition]
"""(type, last name of a chain) -> the condition at the end of it."""


def condition(type: str, name: str, value: str, extra: Extra = NONE) -> Condition:
    """`name=value` on a type, where the name may be a chain; raises InvalidParameter."""
    return follow(type, name, lambda last, rest: criterion(last, rest, value, extra), extra)


def follow(type: str, name: str, leaf: Leaf, extra: Extra = NONE) -> Condition:
    """The chain of this name, with `leaf` at each of its ends."""
    if depth(name) > MAX_DEPTH:
        raise refusals.too_much(name, "steps in a chain", "langkah dalam rantai", MAX_DEPTH)
    found = ways(type, name, extra)
    if found > MAX_WAYS:
        raise refusals.refuse(
            name,
            f"'{refusals.shown(name)}' can mean {found} chains of types: name the types, as in subject:Patient.name.",
            f"'{refusals.shown(name)}' dapat berarti {found} rantai jenis: sebutkan jenisnya, misalnya"
            " subject:Patient.name.",
        )
    if found == 0:
        raise _broken(type, name, extra)
    return _built(type, name, leaf, extra)


def is_known(name: str, type: str, extra: Extra = NONE) -> bool:
    """Whether the name, chain or not, leads to a search parameter; its modifier does not count."""
    return depth(name) <= MAX_DEPTH and ways(type, name, extra) > 0


def depth(name: str) -> int:
    return name.count(".") + name.count(f"{HAS}:")


@lru_cache(maxsize=4096)
def ways(type: str, name: str, extra: Extra = NONE) -> int:
    """How many chains of types the name can mean."""
    if name.startswith(f"{HAS}:"):
        parts = _has_parts(type, name, extra)
        return 0 if parts is None else ways(parts[0], parts[2], extra)
    head, dot, rest = name.partition(".")
    if not dot:
        return int(head.partition(":")[0] in fields(type, extra))
    step = _step(type, head, extra)
    return 0 if step is None else sum(ways(target, rest, extra) for target in step[1])


def _built(type: str, name: str, leaf: Leaf, extra: Extra) -> Condition:
    """A chain that does not name its types goes on with those that take its modifier; it is refused where none does."""
    if name.startswith(f"{HAS}:"):
        parts = _has_parts(type, name, extra)
        assert parts is not None
        source, field, rest = parts
        return Has(source, field, _built(source, rest, leaf, extra))
    head, dot, rest = name.partition(".")
    step = _step(type, head, extra) if dot else None
    if step is None:
        return leaf(type, name)
    field, targets = step
    found: list[Chain] = []
    refused: list[InvalidParameter] = []
    for target in targets:
        if ways(target, rest, extra):
            try:
                found.append(Chain(field, target, _built(target, rest, leaf, extra), named=len(targets) == 1))
            except InvalidParameter as error:
                refused.append(error)
    if not found:
        raise refused[0]
    return found[0] if len(found) == 1 else AnyOf(tuple(found))


def _step(type: str, head: str, extra: Extra) -> tuple[Field, tuple[str, ...]] | None:
    """The reference field of `code[:Type]`, and the types to go on with."""
    code, colon, target = head.partition(":")
    field = fields(type, extra).get(code)
    if field is None or field.parameter.type != "reference":
        return None
    if not colon:
        return field, field.parameter.target
    return (field, (target,)) if target in field.parameter.target else None


def _has_parts(type: str, name: str, extra: Extra) -> tuple[str, Field, str] | None:
    """source, reference field and the rest of `_has:Source:reference:rest`."""
    _, source, code, rest = [*name.split(":", 3), "", "", ""][:4]
    field = fields(source, extra).get(code) if source in resource_types() else None
    pointing = field is not None and field.parameter.type == "reference" and type in field.parameter.target
    return (source, field, rest) if pointing and field is not None and rest else None


def _broken(type: str, name: str, extra: Extra) -> InvalidParameter:
    """The error that names the first step of the chain that cannot be taken."""
    if name == HAS or name.startswith(f"{HAS}:"):
        parts = _has_parts(type, name, extra)
        return _broken_has(type, name, extra) if parts is None else _broken(parts[0], parts[2], extra)
    head, dot, rest = name.partition(".")
    code, _, target = head.partition(":")
    if code not in fields(type, extra):
        return unknown(code, type, extra)
    step = _step(type, head, extra) if dot else None
    if step is not None:
        return _broken(step[1][0], rest, extra) if len(step[1]) == 1 else _no_type(type, head, rest)
    known = fields(type, extra)[code].parameter
    if known.type != "reference":
        en, id = f"'{code}' is no reference: nothing can follow it.", f"'{code}' bukan rujukan: tidak dapat dirantai."
        return refusals.refuse(name, en, id)
    types = get_close_matches(target[:64], known.target, n=3) or known.target[:6]
    return refusals.wrong_value(
        head,
        target,
        f"a type that {code} points to, such as {', '.join(types)}",
        f"jenis yang dirujuk {code}, misalnya {', '.join(types)}",
    )


def _broken_has(type: str, name: str, extra: Extra) -> InvalidParameter:
    source = [*name.split(":", 3), ""][1]
    pointing = sorted(_pointing(source, type, extra)) if source in resource_types() else []
    hint = f"{source}:{'|'.join(pointing[:6])}" if pointing else "Type:reference"
    return refusals.refuse(
        name,
        f"'{refusals.shown(name)}' is not understood: expected _has:{hint}:parameter, a reference to {type}.",
        f"'{refusals.shown(name)}' tidak dimengerti: seharusnya _has:{hint}:parameter, rujukan ke {type}.",
    )


def _pointing(source: str, type: str, extra: Extra) -> Iterator[str]:
    for code, field in fields(source, extra).items():
        if field.parameter.type == "reference" and type in field.parameter.target:
            yield code


def _no_type(type: str, head: str, rest: str) -> InvalidParameter:
    return refusals.refuse(
        f"{head}.{rest}",
        f"No type that {type}.{refusals.shown(head)} points to can be searched by '{refusals.shown(rest)}'.",
        f"Tidak ada jenis yang dirujuk {type}.{refusals.shown(head)} yang dapat dicari dengan"
        f" '{refusals.shown(rest)}'.",
    )
