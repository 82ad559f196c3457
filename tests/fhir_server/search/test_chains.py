"""Chains and reverse chains: what is understood, what is refused. https://hl7.org/fhir/R4/search.html#chaining"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_server.errors import InvalidParameter
from fhir_server.search import chains
from fhir_server.search.conditions import AnyOf, Chain, Condition, Has
from fhir_server.search.query import MAX_CRITERIA, MAX_VALUES, parse
from fhir_server.search.wording import words


def read(type: str, name: str, value: str = "x") -> Condition:
    (condition,) = parse(type, ((name, value),)).criteria
    return condition


@pytest.mark.parametrize(
    ("type", "name", "understood"),
    [
        ("Observation", "subject:Patient.name", "subject points to a Patient where (name (string) is x)"),
        ("Observation", "patient:Patient.name:exact", "patient points to a Patient where (name:exact (string) is x)"),
        (
            "Observation",
            "subject:Patient.organization.name",
            "subject points to a Patient where (organization points to an Organization where (name (string) is x))",
        ),
        (
            "Observation",
            "subject.name",
            "(subject points to a Patient where (name (string) is x))"
            " or (subject points to a Location where (name (string) is x))",
        ),
        ("Encounter", "location.name", "location points to a Location where (name (string) is x)"),
        (
            "Patient",
            "_has:Observation:patient:code",
            "an Observation points here by patient, where (code (token) is x)",
        ),
        (
            "Patient",
            "_has:Encounter:patient:_has:Observation:encounter:code",
            "an Encounter points here by patient, where"
            " (an Observation points here by encounter, where (code (token) is x))",
        ),
        (
            "Patient",
            "_has:Encounter:patient:location.name:contains",
            "an Encounter points here by patient, where"
            " (location points to a Location where (name:contains (string) is x))",
        ),
        (
            "Observation",
            "subject:Patient._has:Encounter:patient:status:not",
            "subject points to a Patient where (an Encounter points here by patient, where (status:not (token) is x))",
        ),
        ("Patient", "link:Patient.link:Patient._id", "link points to a Patient where (link points to a Patient where"),
    ],
)
def test_what_is_understood(type: str, name: str, understood: str) -> None:
    assert words(read(type, name)).startswith(understood)
    assert chains.is_known(name, type)


def test_the_last_name_of_a_chain_takes_what_a_parameter_takes() -> None:
    chain = read("Observation", "subject:Patient.name", r"siti,budi,a\,b")
    assert isinstance(chain, Chain)
    assert words(chain.inner) == r"name (string) is siti or budi or a\,b"
    assert (chain.field.code, chain.target) == ("subject", "Patient")
    has = read("Patient", "_has:Observation:patient:date", "ge2020")
    assert isinstance(has, Has)
    assert (has.source, has.field.code, words(has.inner)) == ("Observation", "patient", "date (date) is ge2020")


def test_only_types_that_have_the_parameter_are_tried() -> None:
    found = read("Observation", "performer.name")
    assert isinstance(found, AnyOf)
    tried = [chain.target for chain in found.conditions if isinstance(chain, Chain)]
    assert sorted(tried) == ["Organization", "Patient", "Practitioner", "RelatedPerson"]


@pytest.mark.parametrize(
    ("name", "value", "tried"),
    [
        ("part-of.series", "x", ["ImagingStudy", "Immunization"]),
        ("part-of.series:exact", "x", ["Immunization"]),
        ("part-of.series:below", "http://a|b", ["ImagingStudy"]),
        ("has-member.part-of.series:exact", "x", ["Observation"]),
        ("part-of.series:above,x", "x", []),
        ("part-of.series:iterate", "x", []),
    ],
)
def test_only_types_that_take_the_modifier_are_tried(name: str, value: str, tried: list[str]) -> None:
    if not tried:
        with pytest.raises(InvalidParameter, match="series"):
            read("Observation", name, value)
        return
    condition = read("Observation", name, value)
    chains = condition.conditions if isinstance(condition, AnyOf) else (condition,)
    assert sorted(chain.target for chain in chains if isinstance(chain, Chain)) == tried


@pytest.mark.parametrize(
    ("type", "name", "named"),
    [
        ("Observation", "subject:Patient.nmae", "Did you mean name"),
        ("Observation", "sbject:Patient.name", "Did you mean subject"),
        ("Observation", "subject:Pasien.name", "Patient"),
        ("Observation", "subject:Organization.name", "Group, Device, Patient, Location"),
        ("Observation", "code.name", "'code' is no reference"),
        ("Observation", "subject.nothing", "No type that Observation.subject points to"),
        ("Observation", "subject.", "No type"),
        ("Observation", ".name", "no search parameter ''"),
        ("Observation", "subject:.name", "subject points to"),
        ("Observation", "subject:Patient.name:above", ":above"),
        ("Observation", "subject:Patient._sort", "_sort"),
        ("Observation", "subject:Patient._filter", "_filter"),
        ("Patient", "_has", "_has:Type:reference:parameter"),
        ("Patient", "_has:", "_has:Type:reference:parameter"),
        ("Patient", "_has:Observation", "_has:Observation:focus|patient"),
        ("Patient", "_has:Observation:patient", "_has:Observation:focus|patient"),
        ("Patient", "_has:Observation:patient:", "_has:Observation:focus|patient"),
        ("Patient", "_has:Observation:code:x", "_has:Observation:focus|patient"),
        ("Patient", "_has:Observation:encounter:code", "a reference to Patient"),
        ("Patient", "_has:Nothing:patient:code", "_has:Type:reference:parameter"),
        ("Patient", "_has:Observation:patient:cod", "Did you mean code"),
        ("Patient", "_has:Observation:patient:_has:Patient:link:name", "a reference to Observation"),
        ("Observation", "focus.subject.focus.subject.name", "name the types"),
        ("Observation", "encounter." * 11 + "status", "10"),
        ("Patient", "_has:Patient:link:" * 11 + "name", "10"),
    ],
)
def test_what_is_refused_is_named(type: str, name: str, named: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        read(type, name)
    (issue,) = refused.value.issues
    assert named in issue.text.en
    assert issue.text.id not in ("", issue.text.en)
    assert len(issue.text.en) < 500


def test_ten_steps_are_taken_and_eleven_are_not() -> None:
    assert isinstance(read("Location", "partof." * 10 + "name"), Chain)
    assert not chains.is_known("partof." * 11 + "name", "Location")
    with pytest.raises(InvalidParameter, match="10"):
        read("Location", "partof." * 11 + "name")


def test_lenient_handling_ignores_chains_that_lead_nowhere() -> None:
    query = parse("Observation", (("subject:Patient.nmae", "x"), ("subject:Patient.name", "x")), lenient=True)
    assert query.ignored == ("subject:Patient.nmae",)
    assert len(query.criteria) == 1


def test_values_count_once_for_each_type_that_is_tried() -> None:
    values = ",".join(map(str, range(MAX_VALUES // 2 + 1)))
    assert parse("Observation", (("subject:Patient.name", values),)).criteria
    with pytest.raises(InvalidParameter, match=str(MAX_VALUES)):
        parse("Observation", (("subject.name", values),))


def test_the_number_of_conditions_is_bounded() -> None:
    many = (("performer.name", "x"),) * 100
    with pytest.raises(InvalidParameter, match=f"{MAX_CRITERIA} conditions"):
        parse("Observation", many)
    assert len(parse("Observation", many[: MAX_CRITERIA // 4]).criteria) == MAX_CRITERIA // 4


PIECES = st.sampled_from(
    "_has: Observation Patient Encounter Group : . subject patient focus encounter code name ._has: :exact é *".split()
)


@settings(max_examples=400)
@given(st.sampled_from(["Patient", "Observation", "Basic"]), st.lists(PIECES, max_size=14).map("".join))
def test_junk_is_refused_and_nothing_else_is_raised(type: str, name: str) -> None:
    try:
        condition = read(type, name)
    except InvalidParameter:
        return
    assert words(condition)


@pytest.mark.parametrize("name", ["focus." * 10 + "nothing", "focus." * 9 + "focus", "entity." * 10 + "action"])
def test_a_chain_over_all_types_is_refused_quickly(name: str) -> None:
    started = time.perf_counter()
    with pytest.raises(InvalidParameter):
        read("Observation", name)
    assert time.perf_counter() - started < 2
