"""Fields: what can be searched by, and where it stands."""

from __future__ import annotations

import pytest

from fhir_server.search.fields import fields, implemented
from fhir_server.search.named import NAMED
from resources.definitions.search import parameters
from resources.definitions.structure import resource_types


@pytest.mark.parametrize("type", resource_types())
def test_every_official_parameter_is_implemented(type: str) -> None:
    official = set(parameters(type))
    assert set(implemented(type)) - {"_content", "_list", "_text", "_query"} == official
    assert {"_content", "_list"} <= set(implemented(type))
    assert ("_query" in implemented(type)) is (type in NAMED)
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
        ("Observation", "component-code-value-quantity", "search.groups.component-code-value-quantity", "list"),
        ("Observation", "_content", "search.words", "scalar"),
        ("Location", "near", "search.position", "scalar"),
        ("Patient", "_list", "_id", "scalar"),
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


@pytest.mark.parametrize("type", ["Bundle", "Parameters", "Binary"])
def test_what_has_no_narrative_has_no_text(type: str) -> None:
    assert "_text" not in fields(type)


COMPOSITES = [(type, code) for type in resource_types() for code, row in parameters(type).items() if row.component]


def test_there_are_72_composites() -> None:
    assert len(COMPOSITES) == 72


@pytest.mark.parametrize(("type", "code"), COMPOSITES)
def test_each_composite_has_its_components(type: str, code: str) -> None:
    field = fields(type)[code]
    for one in field.alternatives or (field,):
        assert len(one.components) == len(one.parameter.component)
        for component in one.components:
            assert component.whole is fields(type)[component.whole.code]
            assert component.properties or component.paths


def test_components_that_the_specification_names_in_the_wrong_order_are_put_right() -> None:
    components = fields("DocumentReference")["relationship"].components
    assert [component.whole.code for component in components] == ["relation", "relatesto"]


def test_what_has_no_order_cannot_be_sorted_by() -> None:
    known = fields("Location")
    assert not known["near"].sortable
    assert not known["_content"].sortable
    assert not fields("Observation")["code-value-quantity"].sortable
    assert known["name"].sortable
