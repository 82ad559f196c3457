"""What is stored beside a resource. Each kind's own tests show what its entries are for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fhir_server.messages import Resource
from fhir_server.search.index import plan
from resources.definitions.structure import resource_types
from tests.fhir_server.search.stored import stored

PATIENT: Resource = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"text": "Siti", "given": ["Siti"]}, {"family": "Contoh"}],
    "managingOrganization": {"display": "RSUD"},
    "link": [{"other": {"reference": "Patient/p2"}, "type": "seealso"}],
    "generalPractitioner": [{"reference": "Practitioner/d1"}, {"reference": "Organization/o1"}],
}
OBSERVATION: Resource = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "subject": {"reference": "Patient/p1"},
    "encounter": {"reference": "https://rsud.example/fhir/Encounter/e1"},
    "performer": [{"reference": "Practitioner/d1"}, {"reference": "Patient/p2"}, {"reference": "#me"}],
    "valueQuantity": {"value": Decimal("1.50"), "code": "mg"},
}


def test_only_what_has_a_value_is_there() -> None:
    assert set(stored(PATIENT)["index"]) == {
        *("deceased", "name", "phonetic", "given", "family", "organization", "link", "general-practitioner")
    }


def test_equal_entries_stand_once() -> None:
    assert stored(PATIENT)["index"]["name"] == ["siti\0Siti", "contoh\0Contoh"]


def test_of_names_the_first_letters_are_kept() -> None:
    patient: Resource = {"resourceType": "Patient", "name": [{"text": "Ani Ayu", "given": ["Ani", "Al"]}]}
    assert stored(patient)["search"]["beginnings"] == {"name": ["ani", "ani a", "ani ay", "ani ayu"]}
    assert "beginnings" not in stored({"resourceType": "Patient", "name": [{"family": "Al"}]})["search"]
    assert "beginnings" not in stored({"resourceType": "Practitioner", "name": [{"family": "Contoh"}]})["search"]


@pytest.mark.parametrize(
    ("cities", "only"),
    [(("Makassar",), "makassar"), (("Makassar", "MAKASSAR"), "makassar"), (("Makassar", "Gowa"), "*"), (("-",), "")],
)
def test_of_a_city_its_text_is_kept_if_it_is_the_only_one(cities: tuple[str, ...], only: str) -> None:
    patient: Resource = {"resourceType": "Patient", "address": [{"city": city} for city in cities]}
    assert stored(patient)["search"]["only"] == {"address-city": only}
    for address in ({"country": "ID"}, {"city": 5}):
        assert "only" not in stored({"resourceType": "Patient", "address": [address]})["search"]
    assert "only" not in stored({**patient, "resourceType": "Practitioner"})["search"]


def test_a_single_quantity_is_one_object_with_its_decimal_as_written() -> None:
    entry = stored(OBSERVATION)["index"]["value-quantity"]
    assert entry == {"lo": Decimal("1.50"), "hi": Decimal("1.50"), "code": "mg\0"}
    assert str(entry["lo"]) == "1.50"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (PATIENT, {"Patient": ["p1", "p2"], "Practitioner": ["d1"]}),
        (OBSERVATION, {"Patient": ["p1", "p2"], "Practitioner": ["d1"], "Encounter": ["e1"]}),
        ({"resourceType": "Practitioner", "id": "d1"}, {"Practitioner": ["d1"]}),
        ({"resourceType": "Device", "id": "v1", "patient": {"reference": "Patient/p1"}}, {"Device": ["v1"]}),
        ({"resourceType": "Organization", "id": "o1"}, {}),
        ({"resourceType": "Patient"}, {}),
    ],
)
def test_the_compartments_it_belongs_to(resource: Resource, expected: dict[str, list[str]]) -> None:
    assert stored(resource)["compartments"] == expected


def test_the_value_of_an_extension_is_indexed_by_its_type() -> None:
    url = "http://hl7.org/fhir/StructureDefinition/observation-geneticsDnaVariant"
    extensions: list[dict[str, Any]] = [{"url": url, "valueString": "c.76A>T"}, {"url": url}]
    index = stored({"resourceType": "Observation", "extension": extensions})["index"]
    assert index["dna-variant"] == ["c 76a>t\0c.76A>T"]


@pytest.mark.parametrize("type", resource_types())
def test_every_type_has_a_plan_and_an_empty_resource_an_index(type: str) -> None:
    assert plan(type).root.below
    assert set(stored({"resourceType": type})["index"]) == ({"deceased"} if type == "Patient" else set())
