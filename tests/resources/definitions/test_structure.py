"""The types of R4 as data."""

from __future__ import annotations

import pytest

from resources.definitions.structure import (
    UNBOUNDED,
    UnknownType,
    definition,
    invariant,
    primitive_types,
    required_codes,
    resource_types,
)


def test_all_resource_types_are_there() -> None:
    assert len(resource_types()) == 146
    assert {"Patient", "Observation", "Bundle", "Binary", "SubstanceSpecification"} <= set(resource_types())
    assert "DomainResource" not in resource_types()


@pytest.mark.parametrize("type", resource_types())
def test_every_element_has_known_types(type: str) -> None:
    names = [type]
    seen = set()
    while names:
        name = names.pop()
        if name not in seen:
            seen.add(name)
            names += [kind for element in definition(name).elements for kind in element.types]


def test_a_choice_has_one_property_for_each_type() -> None:
    observation = definition("Observation")
    element, type = observation.properties["valueQuantity"]
    assert (element.name, type, element.choice) == ("value", "Quantity", True)
    assert "value" not in observation.properties


def test_what_a_row_says() -> None:
    patient = definition("Patient").properties
    assert patient["name"][0].max == UNBOUNDED
    assert patient["gender"][0].codes == "http://hl7.org/fhir/ValueSet/administrative-gender"
    assert patient["managingOrganization"][0].targets == ("Organization",)
    assert patient["active"][0].modifier
    assert definition("Extension").properties["url"][0].attribute
    assert definition("Bundle").properties["entry"][1] == "Bundle.entry"
    assert definition("Bundle.entry").properties["link"][1] == "Bundle.link"
    assert "pat-1" in definition("Patient.contact").invariants


def test_codes_and_invariants() -> None:
    codes = required_codes("http://hl7.org/fhir/ValueSet/administrative-gender")
    assert codes == {"http://hl7.org/fhir/administrative-gender": frozenset({"male", "female", "other", "unknown"})}
    assert required_codes("http://hl7.org/fhir/ValueSet/mimetypes") == {}
    assert invariant("obs-6").severity == "error"
    assert {"string", "decimal", "xhtml"} <= primitive_types()


def test_an_unknown_type() -> None:
    with pytest.raises(UnknownType):
        definition("Pasien")
