"""Whose record a resource is part of: every type is a patient's, shared, or neither, and nothing clinical is shared."""

from __future__ import annotations

import pytest

from resources.belonging import SHARED, beside, is_of_patients, security_context
from resources.definitions.search import compartments
from resources.definitions.structure import resource_types

MAY_NAME_A_PATIENT = {"Schedule"}
"""Shared, unless an actor is a patient."""


def test_what_is_shared_is_a_type_and_no_patients() -> None:
    assert set(resource_types()) >= SHARED
    assert {type for type in SHARED if is_of_patients(type)} == MAY_NAME_A_PATIENT


def test_every_type_of_the_compartment_is_of_patients() -> None:
    assert all(is_of_patients(type) for type in ("Patient", *compartments()["Patient"]))


@pytest.mark.parametrize(
    ("type", "codes"),
    [
        ("Task", ("patient", "subject")),
        ("Device", ("patient",)),
        ("Contract", ("patient", "subject")),
        ("GuidanceResponse", ("patient", "subject")),
        ("Observation", ()),
        ("Organization", ()),
        ("Subscription", ()),
    ],
)
def test_what_names_the_patient_outside_of_the_compartment(type: str, codes: tuple[str, ...]) -> None:
    assert beside(type) == codes


@pytest.mark.parametrize("type", ["Subscription", "MessageHeader", "Parameters", "Linkage", "PaymentNotice"])
def test_what_is_nobodys(type: str) -> None:
    assert not is_of_patients(type)
    assert type not in SHARED


def test_a_binary_is_as_confidential_as_it_says() -> None:
    assert security_context({"securityContext": {"reference": "Patient/1"}}) == "Patient/1"
    for row in ({}, {"securityContext": {"display": "x"}}, {"securityContext": "Patient/1"}):
        assert security_context(row) is None
