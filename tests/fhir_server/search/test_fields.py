"""Fields: what can be searched by, and where it stands."""

from __future__ import annotations

import pytest

from fhir_server.search.fields import fields, implemented
from resources.definitions.search import parameters
from resources.definitions.structure import resource_types


@pytest.mark.parametrize("type", resource_types())
def test_every_official_parameter_but_composite_and_special_is_implemented(type: str) -> None:
    official = {code for code, row in parameters(type).items() if row.type not in ("composite", "special")}
    assert set(implemented(type)) == official
    assert {"_id", "_lastUpdated", "_tag", "_profile", "_security", "_source"} <= official


@pytest.mark.parametrize(
    ("type", "code", "path", "layout"),
    [
        ("Patient", "_id", "_id", "scalar"),
        ("Patient", "_lastUpdated", "updated", "scalar"),
        ("Patient", "birthdate", "index.birthdate", "object"),
        ("Patient", "name", "index.name", "list"),
        ("Patient", "gender", "index.gender", "list"),
        ("Observation", "date", "index.date", "object"),
        ("Observation", "value-quantity", "index.value-quantity", "object"),
        ("Observation", "combo-value-quantity", "index.combo-value-quantity", "list"),
        ("Composition", "period", "index.period", "list"),
    ],
)
def test_where_the_values_stand(type: str, code: str, path: str, layout: str) -> None:
    field = fields(type)[code]
    assert (field.path, field.layout) == (path, layout)


@pytest.mark.parametrize(
    ("type", "code", "value", "system"),
    [
        ("Observation", "status", "final", "http://hl7.org/fhir/observation-status"),
        ("Patient", "gender", "male", "http://hl7.org/fhir/administrative-gender"),
        ("Patient", "address-use", "home", "http://hl7.org/fhir/address-use"),
        ("AllergyIntolerance", "category", "food", "http://hl7.org/fhir/allergy-intolerance-category"),
        ("Appointment", "part-status", "accepted", "http://hl7.org/fhir/participationstatus"),
        ("Encounter", "status", "in-progress", "http://hl7.org/fhir/encounter-status"),
    ],
)
def test_a_code_has_the_system_of_its_required_value_set(type: str, code: str, value: str, system: str) -> None:
    assert fields(type)[code].systems[value] == system


def test_other_tokens_have_no_implicit_system() -> None:
    assert fields("Observation")["code"].systems == {}


def test_most_codes_have_one() -> None:
    """All but those whose value set cannot be listed (MIME types, languages) or is not required."""
    coded = [field for type in resource_types() for field in fields(type).values()]
    coded = [field for field in coded if field.parameter.type == "token"]
    coded = [field for field in coded if any("code" in path.types for path in field.parameter.paths)]
    assert sum(bool(field.systems) for field in coded) > 0.9 * len(coded)
