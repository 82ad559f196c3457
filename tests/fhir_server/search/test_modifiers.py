"""Modifiers: https://hl7.org/fhir/R4/search.html#modifiers"""

from __future__ import annotations

import pytest

from fhir_server.search import modifiers
from fhir_server.search.fields import fields
from resources.definitions.structure import resource_types

CODED = {"missing", "not", "text", "in", "not-in", "above", "below"}


@pytest.mark.parametrize(
    ("type", "code", "expected"),
    [
        ("Patient", "name", {"missing", "exact", "contains", "text"}),
        ("Patient", "identifier", {*CODED, "of-type"}),
        ("Patient", "gender", CODED),
        ("Patient", "_id", {"missing", "not"}),
        ("Patient", "birthdate", {"missing"}),
        ("Patient", "_lastUpdated", {"missing"}),
        ("Patient", "organization", {"missing", "identifier", "above", "below", "Organization"}),
        (
            "CarePlan",
            "instantiates-canonical",
            {"missing", "ActivityDefinition", "Measure", "OperationDefinition", "PlanDefinition", "Questionnaire"},
        ),
        ("Patient", "_profile", {"missing", "above", "below"}),
        ("Observation", "value-quantity", {"missing"}),
        ("Observation", "code-value-quantity", {"missing"}),
        ("Location", "near", {"missing"}),
        ("Patient", "_content", set()),
        ("Patient", "_list", set()),
    ],
)
def test_which_modifiers_a_parameter_knows(type: str, code: str, expected: set[str]) -> None:
    assert modifiers.known(fields(type)[code]) == expected


def test_types_are_shown_in_short() -> None:
    assert modifiers.shown(fields("Observation")["subject"]) == {
        *("missing", "identifier", "above", "below"),
        modifiers.TYPE,
    }
    assert modifiers.shown(fields("Observation")["encounter"]) == {"missing", "identifier", modifiers.TYPE}


@pytest.mark.parametrize("type", resource_types())
def test_every_parameter_has_its_modifiers(type: str) -> None:
    for field in fields(type).values():
        assert ("missing" in modifiers.known(field)) is (field.parameter.type != "special" or field.code == "near")
