"""Each kind of mistake, made once in a sound Patient; and several at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from resources.registry import validate

Json = dict[str, Any]
Change = Callable[[Json], object]

PATIENT: Json = {
    "resourceType": "Patient",
    "id": "p1",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Siti Contoh</div>'},
    "extension": [{"url": "http://example.org/unknown", "valueCode": "x"}],
    "identifier": [{"system": "http://example.org/anything", "value": "1"}],
    "active": True,
    "name": [{"use": "official", "text": "Siti Contoh", "given": ["Siti", "Contoh"]}],
    "gender": "female",
    "birthDate": "1990-02-28",
    "_birthDate": {"extension": [{"url": "http://example.org/time", "valueDateTime": "1990-02-28T10:00:00+08:00"}]},
    "multipleBirthInteger": 1,
    "maritalStatus": {"coding": [{"system": "http://example.org/any", "code": "kawin"}]},
    "contact": [{"name": {"text": "Ibu"}}],
    "managingOrganization": {"reference": "Organization/rsud"},
    "link": [{"other": {"reference": "Patient/2"}, "type": "seealso"}],
}


def problems(resource: Any) -> list[tuple[str, str, str]]:
    return [(issue.severity, issue.code, issue.expression) for issue in validate(resource)]


def changed(change: Change) -> Json:
    resource = copy.deepcopy(PATIENT)
    change(resource)
    return resource


def put(*path: Any) -> Change:
    """put("name", 0, "use", 5): the last one is the value."""

    def change(resource: Any) -> None:
        for step in path[:-2]:
            resource = resource[step]
        resource[path[-2]] = path[-1]

    return change


def drop(*path: Any) -> Change:
    def change(resource: Any) -> None:
        for step in path[:-1]:
            resource = resource[step]
        del resource[path[-1]]

    return change


def deep(levels: int) -> Json:
    extension: Json = {"url": "http://example.org", "valueCode": "x"}
    for _ in range(levels):
        extension = {"url": "http://example.org", "extension": [extension]}
    return extension


def contained(**more: Any) -> list[Json]:
    return [{"resourceType": "Organization", "id": "o", "name": "RSUD", **more}]


def with_contained(**more: Any) -> Change:
    return lambda resource: resource.update(contained=contained(**more), managingOrganization={"reference": "#o"})


MISTAKES: list[tuple[str, Change, str, str]] = [
    ("unknown element", put("nama", "x"), "structure", "Patient.nama"),
    ("operator as a name", put("$where", "x"), "structure", "Patient"),
    ("unknown sibling", put("_name", {}), "structure", "Patient._name"),
    ("unknown below", put("name", 0, "nick", "x"), "structure", "Patient.name[0].nick"),
    ("element of another type", put("name", 0, "birthDate", "1990"), "structure", "Patient.name[0].birthDate"),
    ("object for a string", put("id", {"$gt": ""}), "structure", "Patient.id"),
    ("number for a string", put("name", 0, "text", 5), "structure", "Patient.name[0].text"),
    ("string for a boolean", put("active", "true"), "structure", "Patient.active"),
    ("boolean for an integer", put("multipleBirthInteger", True), "structure", "Patient.multipleBirth"),
    ("decimal for an integer", put("multipleBirthInteger", Decimal("1.0")), "structure", "Patient.multipleBirth"),
    ("string for an object", put("maritalStatus", "kawin"), "structure", "Patient.maritalStatus"),
    ("array for a single value", put("birthDate", ["1990"]), "structure", "Patient.birthDate"),
    ("array for a single object", put("maritalStatus", [{"text": "x"}]), "structure", "Patient.maritalStatus"),
    ("object for a list", put("name", {"text": "x"}), "structure", "Patient.name"),
    ("string for a list", put("name", 0, "given", "Siti"), "structure", "Patient.name[0].given"),
    ("null", put("gender", None), "structure", "Patient.gender"),
    ("null in a list of objects", put("contact", [None]), "structure", "Patient.contact[0]"),
    ("null without a partner", put("name", 0, "given", ["Siti", None]), "structure", "Patient.name[0].given[1]"),
    ("empty string", put("name", 0, "text", ""), "structure", "Patient.name[0].text"),
    ("empty object", put("maritalStatus", {}), "structure", "Patient.maritalStatus"),
    ("empty list", put("name", []), "structure", "Patient.name"),
    ("empty list of primitives", put("name", 0, "given", []), "structure", "Patient.name[0].given"),
    ("empty sibling", put("_birthDate", {}), "structure", "Patient.birthDate"),
    ("value in a sibling", put("_birthDate", {"value": "1990"}), "structure", "Patient.birthDate.value"),
    ("control character", put("name", 0, "text", "a\x07"), "value", "Patient.name[0].text"),
    ("too long", put("name", 0, "text", "a" * (1024 * 1024 + 1)), "too-long", "Patient.name[0].text"),
    ("no such day", put("birthDate", "2024-02-30"), "value", "Patient.birthDate"),
    ("not an id", put("id", "../../etc/passwd"), "value", "Patient.id"),
    ("code not in the value set", put("gender", "perempuan"), "code-invalid", "Patient.gender"),
    ("code with a space", put("gender", " female"), "value", "Patient.gender"),
    ("two choices", put("multipleBirthBoolean", False), "structure", "Patient.multipleBirth"),
    ("type that is no choice", put("multipleBirthString", "x"), "structure", "Patient.multipleBirthString"),
    ("missing element", drop("link", 0, "type"), "required", "Patient.link[0].type"),
    ("missing url", drop("extension", 0, "url"), "required", "Patient.extension[0].url"),
    (
        "wrong target",
        put("managingOrganization", "reference", "Patient/1"),
        "structure",
        "Patient.managingOrganization",
    ),
    (
        "not a reference",
        put("managingOrganization", "reference", "x y"),
        "value",
        "Patient.managingOrganization.reference",
    ),
    ("no such contained", put("managingOrganization", "reference", "#o"), "invariant", "Patient.managingOrganization"),
    ("contained not used", lambda resource: resource.update(contained=contained()), "invariant", "Patient"),
    ("contained in contained", with_contained(contained=contained()), "invariant", "Patient"),
    ("version in contained", with_contained(meta={"versionId": "1"}), "invariant", "Patient"),
    ("mistake in contained", with_contained(active="yes"), "structure", "Patient.contained[0].active"),
    ("contained without a type", lambda r: r.update(contained=[{"id": "o"}]), "required", "Patient.contained[0]"),
    ("invariant of a backbone", put("contact", 0, {"gender": "male"}), "invariant", "Patient.contact[0]"),
    (
        "invariant of a data type",
        put("contact", 0, "period", {"start": "2026", "end": "2025"}),
        "invariant",
        "Patient.contact[0].period",
    ),
    (
        "extension with both",
        put("extension", 0, "extension", [{"url": "a", "valueCode": "b"}]),
        "invariant",
        "Patient.extension[0]",
    ),
    (
        "script",
        put("text", "div", '<div xmlns="http://www.w3.org/1999/xhtml"><script/>x</div>'),
        "invariant",
        "Patient.text.div",
    ),
    ("div is no string", put("text", "div", {"a": 1}), "structure", "Patient.text.div"),
]


def test_a_sound_patient_has_no_problems() -> None:
    assert problems(PATIENT) == []


@pytest.mark.parametrize(
    ("change", "code", "expression"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES]
)
def test_a_mistake_is_found_where_it_is(change: Change, code: str, expression: str) -> None:
    assert ("error", code, expression) in problems(changed(change))


def test_only_the_mistake_is_reported() -> None:
    alone = [row for row in MISTAKES if row[0] not in ("contained without a type", "contained in contained")]
    for name, change, _, _ in alone:
        assert len(problems(changed(change))) == 1, name


def test_all_problems_come_at_once_in_the_order_of_the_document() -> None:
    resource = copy.deepcopy(PATIENT)
    for change in (
        put("active", "true"),
        put("name", 0, "use", "alias"),
        put("gender", "x"),
        put("birthDate", "1990-13"),
    ):
        change(resource)
    assert [expression for _, _, expression in problems(resource)] == [
        "Patient.active",
        "Patient.name[0].use",
        "Patient.gender",
        "Patient.birthDate",
    ]


def test_every_sentence_is_in_both_languages() -> None:
    for _, change, _, _ in MISTAKES:
        for issue in validate(changed(change)):
            assert issue.text.in_language("en")
            assert issue.text.in_language("id")
            assert issue.text.en != issue.text.id


@pytest.mark.parametrize("given", [["Siti", None], [None, "Siti"]])
def test_null_stands_for_a_value_that_has_only_an_extension(given: list[Any]) -> None:
    extension = {"extension": [{"url": "http://example.org", "valueCode": "x"}]}
    siblings = [extension if value is None else None for value in given]
    assert problems(changed(put("name", 0, {"given": given, "_given": siblings}))) == []
    uneven = changed(put("name", 0, {"given": given, "_given": [*siblings, extension]}))
    assert ("error", "structure", "Patient.name[0].given") in problems(uneven)
    both_null = changed(put("name", 0, {"given": [*given, None], "_given": [*siblings, None]}))
    assert ("error", "structure", "Patient.name[0].given[2]") in problems(both_null)


def test_an_extension_alone_is_enough_for_a_required_primitive() -> None:
    absent = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    assert problems(changed(put("link", 0, {"other": {"reference": "Patient/2"}, "_type": absent}))) == []


def test_depth_is_limited() -> None:
    assert problems(changed(put("extension", 0, deep(20)))) == []
    assert [problem[1] for problem in problems(changed(put("extension", 0, deep(500))))] == ["too-costly"]


def test_resources_in_a_bundle_are_checked_by_their_own_type() -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": "urn:uuid:1", "resource": changed(put("gender", "x"))},
            {"resource": {"resourceType": "Pasien"}},
        ],
    }
    assert problems(bundle) == [
        ("error", "code-invalid", "Bundle.entry[0].resource.gender"),
        ("error", "structure", "Bundle.entry[1].resource"),
    ]


def test_local_references_in_a_bundle_mean_the_entry_that_they_are_in() -> None:
    inside = changed(with_contained())
    outside = changed(put("managingOrganization", "reference", "#o"))
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": inside}, {"resource": outside}]}
    assert problems(bundle) == [("error", "invariant", "Bundle.entry[1].resource.managingOrganization")]


def test_a_missing_narrative_is_a_warning() -> None:
    assert problems(changed(drop("text"))) == [("warning", "invariant", "Patient")]


def test_many_problems_are_bounded_and_no_error_is_lost_among_warnings() -> None:
    unknown = {f"a{number}": 1 for number in range(5000)}
    found = problems({**PATIENT, **unknown})
    assert (len(found), found[-1]) == (2001, ("error", "too-costly", "Patient"))
    silent = {"resourceType": "Patient"}
    entries = [{"resource": silent} for _ in range(3000)] + [{"resource": {**silent, "gender": "x"}}]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    assert [problem for problem in problems(bundle) if problem[0] == "error"] == [
        ("error", "code-invalid", "Bundle.entry[3000].resource.gender")
    ]


def test_simple_quantities_have_no_comparator() -> None:
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "valueQuantity": {"value": 1, "comparator": "<"},
        "referenceRange": [{"low": {"value": 1, "comparator": "<"}}],
    }
    assert ("error", "invariant", "Observation.referenceRange[0].low") in problems(observation)
    assert ("error", "invariant", "Observation.value") not in problems(observation)


@pytest.mark.parametrize("key", ["a" * 100_000, "a\nb", "𝔘" * 70, "a.b"])
def test_odd_names_do_not_come_into_the_expression(key: str) -> None:
    (issue,) = validate({**PATIENT, key: 1})
    assert issue.expression == "Patient"
    assert len(issue.text.en) < 200
    assert "\n" not in issue.text.en
