"""Scopes as SMART writes them: what is read, refused, compared, reduced and narrowed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth.scopes import (
    GRANULAR,
    InvalidScope,
    Restriction,
    Scope,
    choices,
    covers,
    levels,
    narrowed,
    parse,
    read,
    reduced,
)

LABORATORY = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
VITAL = "http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"


@pytest.mark.parametrize(
    ("word", "level", "type", "permissions", "version"),
    [
        ("patient/Observation.rs", "patient", "Observation", "rs", 2),
        ("user/*.cruds", "user", "*", "cruds", 2),
        ("system/Patient.r", "system", "Patient", "r", 2),
        ("patient/Condition.read", "patient", "Condition", "rs", 1),
        ("patient/*.write", "patient", "*", "cud", 1),
        ("user/Observation.*", "user", "Observation", "cruds", 1),
    ],
)
def test_what_is_read(word: str, level: str, type: str, permissions: str, version: int) -> None:
    found = read(word)
    assert found is not None
    assert (found.level, found.type, found.permissions, found.version) == (level, type, permissions, version)
    assert str(found) == word


@pytest.mark.parametrize(
    "word",
    "openid fhirUser profile offline_access online_access launch launch/patient launch/encounter".split(),
)
def test_scopes_of_another_kind_open_no_resource(word: str) -> None:
    assert read(word) is None
    assert parse(word) == frozenset()


REFUSED = (
    "patient/Observation.sr",
    "patient/Observation.dus",
    "patient/Observation.Read",
    "patient/Observation.",
    "patient/Observation",
    "patient/Observation.rr",
    "patient/Observation.rx",
    "patient/Observation.read,write",
    "patient/Observasi.rs",
    "patient/observation.rs",
    "Patient/Observation.rs",
    "practitioner/Observation.rs",
    "patient/.rs",
    "patient/*.",
    "*/*.rs",
    "patient/Observation.rs?",
    "patient/Observation.rs?category",
    "patient/Observation.rs?category=",
    "patient/Observation.rs?category=laboratory",
    "patient/Observation.rs?category=|laboratory",
    f"patient/Observation.rs?category:not={LABORATORY}",
    "patient/Observation.rs?code=http://loinc.org|1234-5",
    "patient/Observation.rs?subject.name=siti",
    "patient/Observation.rs?_filter=code",
    f"patient/Observation.read?category={LABORATORY}",
    f"patient/Patient.rs?category={LABORATORY}",
    "email",
    "__custom",
    "patient/Observation.rs\npatient/Patient.rs",
)


@pytest.mark.parametrize("word", REFUSED)
def test_nothing_is_guessed(word: str) -> None:
    with pytest.raises(InvalidScope):
        read(word)


def test_what_a_granular_scope_means() -> None:
    found = read(f"patient/Observation.rs?category={LABORATORY},{VITAL}&_security=http://x|N")
    assert found is not None
    assert found.restrictions == {
        Restriction("category", frozenset({LABORATORY, VITAL})),
        Restriction("_security", frozenset({"http://x|N"})),
    }


COVERED = (
    ("patient/*.rs", "patient/Observation.r", True),
    ("patient/Observation.r", "patient/Observation.rs", False),
    ("patient/Observation.rs", "patient/*.rs", False),
    ("user/*.rs", "patient/Patient.rs", False),
    ("patient/*.read", "patient/Patient.rs", True),
    ("patient/*.rs", f"patient/Observation.rs?category={LABORATORY}", True),
    (f"patient/Observation.rs?category={LABORATORY}", "patient/Observation.rs", False),
    (f"patient/Observation.rs?category={LABORATORY}", f"patient/Observation.rs?category={VITAL}", False),
    (f"patient/Observation.rs?category={LABORATORY},{VITAL}", f"patient/Observation.rs?category={VITAL}", True),
    (f"patient/Observation.rs?category={VITAL}", f"patient/Observation.rs?category={LABORATORY},{VITAL}", False),
    ("patient/Patient.rs patient/Observation.rs", "patient/*.rs", False),
    ("openid patient/Patient.rs", "openid", True),
    ("patient/Patient.rs", "openid", False),
    ("patient/Patient.rs", "", True),
    ("patient/Patient.sr", "patient/Patient.s", False),
)


@pytest.mark.parametrize(("allowed", "asked", "is_covered"), COVERED)
def test_what_covers_what(allowed: str, asked: str, is_covered: bool) -> None:
    assert covers(allowed, asked) is is_covered


REDUCED = (
    ("patient/Observation.cruds", "patient/*.rs", "patient/Observation.rs"),
    ("patient/*.rs", "patient/Observation.rs patient/Patient.r", "patient/Observation.rs patient/Patient.r"),
    ("patient/*.read openid", "patient/*.cruds openid", "patient/*.read openid"),
    ("patient/*.read", "patient/Patient.s", "patient/Patient.s"),
    ("user/*.rs", "patient/*.rs", ""),
    ("openid fhirUser offline_access", "openid", "openid"),
    ("patient/Observation.rs", f"patient/Observation.r?category={VITAL}", f"patient/Observation.r?category={VITAL}"),
    (
        f"patient/Observation.rs?category={LABORATORY}",
        f"patient/Observation.rs?category={VITAL}",
        f"patient/Observation.rs?category={LABORATORY}&category={VITAL}",
    ),
    ("patient/Patient.d", "patient/Patient.rs", ""),
)


@pytest.mark.parametrize(("asked", "allowed", "found"), REDUCED)
def test_what_is_left_within_what_is_allowed(asked: str, allowed: str, found: str) -> None:
    assert reduced(asked, allowed) == found
    assert covers(allowed, found)


scopes = st.builds(
    Scope,
    st.sampled_from(("patient", "user", "system")),
    st.sampled_from(("*", "Patient", "Observation", "Condition")),
    st.sampled_from(("r", "rs", "s", "cruds", "cud", "ds")),
    st.frozensets(
        st.builds(Restriction, st.just("_security"), st.frozensets(st.sampled_from(("a|1", "a|2", "b|1")), min_size=1)),
        max_size=2,
    ),
)
texts = st.lists(scopes.map(str), max_size=4).map(" ".join)


@settings(max_examples=500)
@given(texts, texts)
def test_what_is_reduced_is_within_both(asked: str, allowed: str) -> None:
    """And nothing that both have is lost: a single scope within both is within what is left."""
    found = reduced(asked, allowed)
    assert covers(allowed, found)
    assert covers(asked, found)
    for word in allowed.split():
        if covers(asked, word):
            assert covers(found, word)
    assert reduced(found, allowed) == found


@settings(max_examples=300)
@given(scopes)
def test_a_scope_is_read_as_it_was_written(scope: Scope) -> None:
    assert read(str(scope)) == scope


def test_a_person_may_narrow_and_not_widen() -> None:
    asked = "openid patient/Condition.rs patient/Observation.rs patient/Patient.rs"
    (laboratory, *_) = choices("patient/Observation.rs")
    assert laboratory == f"patient/Observation.rs?category={LABORATORY}"
    assert narrowed(asked, ["openid", laboratory, "patient/Patient.r"]) == f"openid {laboratory} patient/Patient.r"
    assert narrowed(asked, []) == ""
    for word in ("patient/Patient.rsx", "patient/Encounter.rs", "patient/Patient.cruds", "user/Patient.rs", "fhirUser"):
        with pytest.raises(InvalidScope):
            narrowed(asked, [word])


def test_sub_scopes_are_offered_for_the_types_that_have_categories() -> None:
    assert {type: len(choices(f"patient/{type}.rs")) for type in GRANULAR} == {"Condition": 3, "Observation": 5}
    for word in ("patient/Patient.rs", "patient/*.rs", "openid", f"patient/Observation.rs?category={VITAL}"):
        assert choices(word) == ()


def test_levels() -> None:
    assert levels("openid patient/Patient.rs user/*.rs") == {"patient", "user"}
