"""Search parameters and compartments as data."""

from __future__ import annotations

import pytest

from resources.definitions.data import read
from resources.definitions.search import compartments, parameters
from resources.definitions.structure import resource_types


def test_every_official_parameter_with_an_expression_is_there() -> None:
    urls = {parameter.url for type in resource_types() for parameter in parameters(type).values()}
    assert urls == {row["url"] for row in read("search")["parameters"]}
    assert len(urls) == 1381


@pytest.mark.parametrize(
    ("type", "code", "kind", "single"),
    [
        ("Patient", "name", "string", False),
        ("Patient", "birthdate", "date", True),
        ("Patient", "_lastUpdated", "date", True),
        ("Observation", "date", "date", True),
        ("Observation", "code", "token", True),
        ("Observation", "combo-code", "token", False),
        ("Condition", "onset-date", "date", True),
        ("Encounter", "subject", "reference", True),
    ],
)
def test_what_a_parameter_is(type: str, code: str, kind: str, single: bool) -> None:
    parameter = parameters(type)[code]
    assert (parameter.type, parameter.single) == (kind, single)


def test_targets() -> None:
    assert parameters("Observation")["patient"].target == ("Patient", "Group")
    assert len(parameters("Provenance")["target"].target) > 140


def test_compartments() -> None:
    assert set(compartments()) == {"Patient", "Practitioner", "RelatedPerson", "Device", "Encounter"}
    assert compartments()["Patient"]["Observation"] == ["subject", "performer"]
    assert compartments()["Encounter"]["Encounter"] == ["{def}"]
