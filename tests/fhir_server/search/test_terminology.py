"""Value sets and relatives of codes: https://hl7.org/fhir/R4/valueset.html#compositions"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from fhir_server.search.query import parse
from fhir_server.search.terminology import (
    MOST_CODES,
    Codes,
    Known,
    ListNeed,
    Missing,
    Need,
    RelativesNeed,
    ValueSetNeed,
    codes_of,
    needs,
)
from resources.systems import ICD_10
from tests.fhir_server.search.stored import found
from tests.fhir_server.search.test_hierarchy import NESTED

SYSTEM = {"url": "urn:s", **NESTED}
Fetched = dict[tuple[str, str], Resource | None]


def value_set(*include: dict[str, Any], exclude: tuple[dict[str, Any], ...] = ()) -> Resource:
    compose: dict[str, Any] = {"include": list(include), **({"exclude": list(exclude)} if exclude else {})}
    return {"resourceType": "ValueSet", "compose": compose}


def codes(system: str, *found: str) -> dict[str, Any]:
    return {"system": system, "concept": [{"code": code} for code in found]}


def expanded(resource: Resource | None, **others: Resource | None) -> Codes:
    fetched: Fetched = {("ValueSet", "vs"): resource, ("CodeSystem", "urn:s"): SYSTEM}
    fetched |= {("ValueSet", name): other for name, other in others.items()}
    return codes_of(ValueSetNeed("vs"), fetched)


def pairs(*letters: str, system: str = "urn:s") -> frozenset[tuple[str, str]]:
    return frozenset((system, letter) for letter in letters)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (value_set(codes("urn:s", "a", "b")), Codes(pairs("a", "b"))),
        (value_set(codes("urn:s", "a"), codes("urn:t", "a")), Codes(pairs("a") | pairs("a", system="urn:t"))),
        (value_set({"system": "urn:s"}), Codes(systems=frozenset({"urn:s"}))),
        (
            value_set({"system": "urn:s", "filter": [{"property": "concept", "op": "is-a", "value": "b"}]}),
            Codes(pairs("b", "c")),
        ),
        (value_set({"system": "urn:s"}, exclude=(codes("urn:s", "a", "b"),)), Codes(pairs("c", "d", "e"))),
        (value_set(codes("urn:s", "a", "b"), exclude=({"system": "urn:s"},)), Codes()),
        (value_set({"valueSet": ["one"]}), Codes(pairs("a", "b"))),
        (value_set({"valueSet": ["one", "two"]}), Codes(pairs("b"))),
        (value_set({"valueSet": ["one"], **codes("urn:s", "a", "x")}), Codes(pairs("a"))),
        (value_set({"valueSet": ["one"], "system": "urn:s"}), Codes(pairs("a", "b"))),
        (value_set({"valueSet": ["one"]}, {"valueSet": ["two"]}), Codes(pairs("a", "b", "c"))),
        (value_set({"valueSet": ["vs"]}, codes("urn:s", "a")), Codes(pairs("a"))),
        ({"resourceType": "ValueSet"}, Codes()),
    ],
)
def test_what_a_value_set_is_composed_of(resource: Resource, expected: Codes) -> None:
    one, two = value_set(codes("urn:s", "a", "b")), value_set(codes("urn:s", "b", "c"))
    assert expanded(resource, one=one, two=two) == expected


def test_a_value_set_that_is_only_expanded() -> None:
    contains: list[dict[str, Any]] = [{"system": "urn:s", "code": "a", "contains": [{"system": "urn:s", "code": "b"}]}]
    contains += [{"system": "urn:s", "code": "group", "abstract": True, "contains": [{"code": "c"}]}]
    resource = {"resourceType": "ValueSet", "expansion": {"contains": contains}}
    assert expanded(resource) == Codes(pairs("a", "b") | {("", "c")})


def test_a_value_set_of_the_specification_is_known() -> None:
    name = "http://hl7.org/fhir/ValueSet/administrative-gender"
    found = codes_of(ValueSetNeed(f"{name}|4.0.1"), {("ValueSet", f"{name}|4.0.1"): None})
    assert ("http://hl7.org/fhir/administrative-gender", "female") in found.pairs


def test_value_sets_that_hold_each_other_in_many_ways_are_looked_at_once() -> None:
    names = [f"v{number}" for number in range(60)]
    many = {name: value_set(*({"valueSet": [other]} for other in names)) for name in names}
    assert expanded(value_set({"valueSet": ["v0"]}), **many) == Codes()


@pytest.mark.parametrize(
    ("fetched", "missing"),
    [
        ({}, ("ValueSet", "vs")),
        ({("ValueSet", "vs"): value_set({"valueSet": ["inner|1"]})}, ("ValueSet", "inner|1")),
        ({("ValueSet", "vs"): value_set({"system": "urn:s"}, exclude=(codes("urn:s", "a"),))}, ("CodeSystem", "urn:s")),
    ],
)
def test_what_is_missing_is_named(fetched: Fetched, missing: tuple[str, str]) -> None:
    with pytest.raises(Missing) as raised:
        codes_of(ValueSetNeed("vs"), fetched)
    assert (raised.value.type, raised.value.name) == missing


@pytest.mark.parametrize(
    "need", [ValueSetNeed("x"), RelativesNeed("below", "x", "a"), RelativesNeed("above", "x", "a")]
)
def test_what_nobody_knows_is_refused(need: ValueSetNeed | RelativesNeed) -> None:
    with pytest.raises(InvalidParameter, match="does not know"):
        codes_of(need, {("ValueSet", "x"): None, ("CodeSystem", "x"): None})


def test_too_many_codes_are_refused() -> None:
    many = value_set(codes("urn:s", *map(str, range(MOST_CODES + 1))))
    with pytest.raises(InvalidParameter, match="10000"):
        expanded(many)


def observation(*codes: str, system: str = "urn:s") -> Resource:
    rows = [{"system": system, "code": code} for code in codes]
    return {"resourceType": "Observation", "code": {"coding": rows}}


def known(need: Need, codes: Codes) -> Known:
    return Known({need: codes})


LETTERS = st.lists(st.sampled_from("abx"), max_size=3)


@given(LETTERS, LETTERS, st.booleans())
def test_in_and_not_in_agree_with_plain_sets(mine: list[str], listed: list[str], whole: bool) -> None:
    chosen = known(ValueSetNeed("vs"), Codes(pairs(*listed), frozenset({"urn:s"} if whole else ())))
    expected = bool(set(mine) & set(listed)) or (whole and bool(mine))
    assert found(observation(*mine), ("code:in", "vs"), known=chosen) is expected
    assert found(observation(*mine), ("code:not-in", "vs"), known=chosen) is not expected
    assert not found(observation(*mine, system="urn:other"), ("code:in", "vs"), known=chosen)


@pytest.mark.parametrize(("gender", "expected"), [("female", True), ("male", False), (None, False)])
def test_codes_that_imply_their_system(gender: str | None, expected: bool) -> None:
    system = "http://hl7.org/fhir/administrative-gender"
    patient: Resource = {"resourceType": "Patient", **({"gender": gender} if gender else {})}
    chosen = known(ValueSetNeed("vs"), Codes(frozenset({(system, "female")})))
    assert found(patient, ("gender:in", "vs"), known=chosen) is expected
    whole = known(ValueSetNeed("vs"), Codes(systems=frozenset({system})))
    assert found(patient, ("gender:in", "vs"), known=whole) is (gender is not None)


@pytest.mark.parametrize(
    ("asked", "code", "below", "above"),
    [
        ("E11", "E11.9", True, False),
        ("E11", "E11", True, True),
        ("E11", "E119", False, False),
        ("E11", "E1", False, False),
        ("E11.9", "E11", False, True),
        ("E11.6", "E11.65", True, False),
        ("E11.65", "E11.6", False, True),
        ("E11.9", "E11.8", False, False),
    ],
)
def test_icd_10_needs_no_code_system(asked: str, code: str, below: bool, above: bool) -> None:
    for direction, expected in (("below", below), ("above", above)):
        need = RelativesNeed(direction, ICD_10, asked)
        told = known(need, codes_of(need, {("CodeSystem", ICD_10): None}))
        name = f"code:{direction}", f"{ICD_10}|{asked}"
        assert found(observation(code, system=ICD_10), name, known=told) is expected
        assert not found(observation(code, system="urn:other"), name, known=told)


def test_a_stored_code_system_goes_first() -> None:
    fetched: Fetched = {("CodeSystem", ICD_10): NESTED}
    assert codes_of(RelativesNeed("below", ICD_10, "b"), fetched) == Codes(pairs("b", "c", system=ICD_10))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("code:in", "http://a/vs,ValueSet/1", {ValueSetNeed("http://a/vs"), ValueSetNeed("ValueSet/1")}),
        ("code:not-in", r"http://a/vs\|2", {ValueSetNeed("http://a/vs|2")}),
        ("code:below", "urn:s|a", {RelativesNeed("below", "urn:s", "a")}),
        ("code:above", r"urn:s|a\|b", {RelativesNeed("above", "urn:s", "a|b")}),
        ("_list", "l1", {ListNeed("l1")}),
        ("subject:Patient.gender:in", "vs", {ValueSetNeed("vs")}),
        ("_has:Condition:evidence-detail:code:in", "vs", {ValueSetNeed("vs")}),
        ("_filter", "code in vs or not (status eq final)", {ValueSetNeed("vs")}),
        ("method", "urn:s|a", set()),
    ],
)
def test_what_a_search_must_know(name: str, value: str, expected: set[Need]) -> None:
    query = parse("Observation", ((name, value),))
    assert {need for condition in query.criteria for need in needs(condition)} == expected


@pytest.mark.parametrize("value", ["E11", "|E11", "urn:s|", "a|b|c"])
def test_relatives_need_a_system_and_a_code(value: str) -> None:
    query = parse("Observation", (("code:below", value),))
    with pytest.raises(InvalidParameter, match="system"):
        [needs(condition) for condition in query.criteria]
