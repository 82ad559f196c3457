"""Units of UCUM as exact factors of base units, so that 5 mg/dL equals 0.05 g/L. https://ucum.org/ucum

ucumvert has the grammar and the table of units; the arithmetic is here because it must not round. Amounts of substance,
equivalents and osmoles stay apart from each other and from plain numbers, which UCUM itself does not do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

UCUM = "http://unitsofmeasure.org"
MAX_LENGTH, MAX_POWER, MAX_MAGNITUDE = 64, 40, 10**100
APART = frozenset({"mol", "eq", "osm"})
_FACTOR = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Unit:
    """A value in this unit is `value * factor + offset` in the base units that `dimension` names."""

    dimension: str
    factor: Fraction
    offset: Fraction = Fraction(0)


class UnknownUnit(ValueError):
    """Not UCUM, or not a multiple of base units (decibel, pH)."""


@dataclass(frozen=True, slots=True)
class _Product:
    factor: Fraction
    powers: Mapping[str, int]

    def __mul__(self, other: _Product) -> _Product:
        names = {*self.powers, *other.powers}
        powers = {name: self.powers.get(name, 0) + other.powers.get(name, 0) for name in names}
        return _Product(_bounded(self.factor * other.factor), {name: power for name, power in powers.items() if power})

    def to_the(self, power: int) -> _Product:
        if abs(power) > MAX_POWER:
            raise UnknownUnit(str(power))
        powers = {name: one * power for name, one in self.powers.items()}
        return _Product(_bounded(self.factor**power), powers)


@dataclass(frozen=True, slots=True)
class _Table:
    """What ucumvert knows. `definitions`: unit -> (value, unit), None for those that are not multiples of another."""

    grammar: Any
    prefixes: Mapping[str, Fraction]
    bases: frozenset[str]
    definitions: Mapping[str, tuple[str, str] | None]


@lru_cache(maxsize=4096)
def unit(code: str) -> Unit | None:
    """The unit of this UCUM code, case-sensitive; None where it is unknown."""
    if not 0 < len(code) <= MAX_LENGTH or not code.isascii():
        return None
    if code in _scales():
        return _scales()[code]
    try:
        product = _parsed(code)
    except UnknownUnit:
        return None
    dimension = ".".join(f"{name}{power}" for name, power in sorted(product.powers.items()))
    return Unit(dimension, product.factor)


@cache
def _scales() -> Mapping[str, Unit]:
    """Units with a zero of their own. They stand alone: no prefix, no power."""
    zero_celsius, zero_fahrenheit = Fraction("273.15"), Fraction("459.67") * Fraction(5, 9)
    return {
        "Cel": Unit("K1", Fraction(1), zero_celsius),
        "[degF]": Unit("K1", Fraction(5, 9), zero_fahrenheit),
        "[degRe]": Unit("K1", Fraction(5, 4), zero_celsius),
    }


@cache
def _table() -> _Table:
    # imported here because it takes a tenth of a second, and most processes never need it
    from ucumvert import parser, xml_util  # type: ignore[import-untyped]

    prefixes = {
        element.attrib["Code"]: Fraction(value.attrib["value"])
        for element in xml_util.root.findall(".//{*}prefix")
        if (value := element.find("{*}value")) is not None
    }
    definitions = {
        unit.code_cs: None if unit.is_special else (str(unit.conversion_factor), str(unit.defining_unit))
        for unit in xml_util.get_units_with_full_definition()
    }
    arbitrary = {
        unit.code_cs
        for unit in xml_util.get_units_with_full_definition()
        if unit.is_arbitrary and unit.defining_unit == "1"
    }
    bases = frozenset({*xml_util.get_base_units(), *APART, *arbitrary})
    return _Table(parser.get_ucum_parser(), prefixes, bases, definitions)


def _parsed(code: str) -> _Product:
    from lark.exceptions import LarkError

    try:
        tree = _table().grammar.parse(code)
    except LarkError as error:
        raise UnknownUnit(code) from error
    return _evaluated(tree)


def _evaluated(node: Any) -> _Product:
    """A node of ucumvert's grammar; annotations count as nothing."""
    kind = getattr(node, "data", None) or node.type
    if kind == "ANNOTATION":
        return _Product(Fraction(1), {})
    if kind == "simple_unit":
        return _simple(*(str(token) for token in node.children))
    first, *rest = node.children
    if kind == "main_term":
        return _evaluated(rest[0]).to_the(-1) if rest else _evaluated(first)
    if kind == "term":
        operator, right = rest
        return _evaluated(first) * _evaluated(right).to_the(-1 if operator == "/" else 1)
    if kind == "annotatable" and rest:
        return _evaluated(first).to_the(int(rest[0]))
    return _evaluated(first)


def _simple(*tokens: str) -> _Product:
    """A factor, or a unit with or without a prefix."""
    if _FACTOR.fullmatch(tokens[0]):
        return _Product(_bounded(Fraction(tokens[0])), {})
    prefix = _table().prefixes[tokens[0]] if len(tokens) == 2 else Fraction(1)
    return _Product(prefix, {}) * _atom(tokens[-1])


@cache
def _atom(name: str) -> _Product:
    if name in _table().bases:
        return _Product(Fraction(1), {name: 1})
    definition = _table().definitions.get(name)
    if definition is None:
        raise UnknownUnit(name)
    value, unit = definition
    return _Product(Fraction(value), {}) * _parsed(unit)


def _bounded(factor: Fraction) -> Fraction:
    if not 0 < factor < MAX_MAGNITUDE or factor < Fraction(1, MAX_MAGNITUDE):
        raise UnknownUnit(str(float(factor)))
    return factor
