"""The operations of the specification's page, case by case: https://hl7.org/fhir/R4/fhirpatch.html"""

from __future__ import annotations

import copy
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.errors import BadRequest, FhirError, Invalid, TooCostly
from fhir_server.interactions.fhirpath_patch import MOST_OPERATIONS, fhirpath_patch
from tests.fhir_server.interactions.fhirpath_operations import (
    CASES,
    NAMES,
    Json,
    add,
    delete,
    insert,
    move,
    operation,
    replace,
)


def parameters(*operations: Any) -> Json:
    return {"resourceType": "Parameters", "parameter": list(operations)}


def patient(**content: Any) -> Json:
    return {"resourceType": "Patient", "id": "p1", "meta": {"versionId": "1"}, **content}


def patched(resource: Json, *operations: Json) -> Json:
    before = copy.deepcopy(resource)
    found = fhirpath_patch(parameters(*operations))(resource)
    assert resource == before
    return found


@pytest.mark.parametrize(("before", "change", "after"), CASES)
def test_operations(before: Json, change: Json, after: Json) -> None:
    assert patched(patient(**before), change) == patient(**after)


def test_operations_build_on_each_other() -> None:
    found = patched(
        patient(),
        add("Patient", "contact", part=[{"name": "name", "valueHumanName": {"text": "a"}}]),
        add("Patient.contact[0]", "gender", valueCode="male"),
        delete("Patient.contact[0].name"),
    )
    assert found == patient(contact=[{"gender": "male"}])


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (replace("Patient.gender", valueCode="male"), "Patient.gender"),
        (replace("Patient.name", valueHumanName={}), "2 elements"),
        (delete("Patient.name"), "2 elements"),
        (add("Patient.name", "text", valueString="x"), "2 elements"),
        (add("Patient.contact", "gender", valueCode="male"), "nothing"),
        (add("Patient", "active", valueBoolean=True), "active"),
        (add("Patient", "deceased", valueDateTime="2020"), "deceased"),
        (add("Patient", "deceased", valueString="x"), "boolean, dateTime"),
        (replace("Patient.deceased", valueString="x"), "boolean, dateTime"),
        (add("Patient", "nama", valueString="x"), "nama"),
        (add("Patient", "contact", part=[{"name": "nama", "valueCode": "x"}]), "nama"),
        (add("Patient", "contact", part=[{"valueCode": "x"}]), "name"),
        (add("Patient", "contact", part=["x"]), "name"),
        (add("Patient", "contact", part=[{"name": "gender", "valueCode": "a"}] * 2), "gender"),
        (add("Patient", "gender"), "code"),
        (add("Patient", "gender", part=[]), "code"),
        (delete("Patient.nama"), "nama"),
        (delete("Observation.status"), "Observation"),
        (insert("Patient.name", 3, valueHumanName={}), "3"),
        (insert("Patient.active", 0, valueBoolean=True), "list"),
        (insert("Patient.name[0]", 0, valueHumanName={}), "list"),
        (insert("Patient", 0, valueHumanName={}), "list"),
        (move("Patient.name", 2, 0), "2"),
        (move("Patient.name", 0, 2), "2"),
        (move("Patient.deceased", 0, 0), "boolean"),
        (delete("Patient"), "itself"),
        (replace("Patient", resource={"resourceType": "Patient"}), "itself"),
        (replace("Patient.id", valueId="p2"), "id"),
        (delete("Patient.id"), "id"),
        (replace("Patient.meta.versionId", valueId="9"), "versionId"),
        (add("Patient.meta", "lastUpdated", valueInstant="2020-01-01T00:00:00Z"), "lastUpdated"),
        (add("Patient", "resourceType", valueString="Group"), "resourceType"),
    ],
)
def test_what_does_not_apply_is_a_422(change: Json, part: str) -> None:
    resource = patient(active=True, deceasedBoolean=False, name=NAMES)
    with pytest.raises(Invalid) as caught:
        patched(resource, change)
    assert part in caught.value.issues[0].text.en
    assert caught.value.issues[0].text.id


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"resourceType": "Patient"},
        {"resourceType": "Parameters"},
        parameters(),
        parameters("x"),
        parameters({"name": "other", "part": []}),
        parameters({"name": "operation"}),
        parameters({"name": "operation", "part": ["x", {"name": ["y"]}]}),
        parameters(operation("ubah", "Patient.id")),
        parameters({"name": "operation", "part": [{"name": "type", "valueCode": ["add"]}]}),
        parameters({"name": "operation", "part": [{"name": "type", "valueString": "delete"}]}),
        parameters({"name": "operation", "part": [{"name": "type", "valueCode": "delete"}]}),
        parameters(delete("Patient.descendants()")),
        parameters(operation("add", "Patient", value={"valueCode": "male"})),
        parameters(operation("add", "Patient", name="gender")),
        parameters(operation("insert", "Patient.name", value={"valueHumanName": {}})),
        parameters(insert("Patient.name", -1, valueHumanName={})),
        parameters(insert("Patient.name", True, valueHumanName={})),
        parameters(insert("Patient.name", Decimal("1E+3"), valueHumanName={})),
        parameters(operation("move", "Patient.name", source=1)),
        parameters(*[delete("Patient.active")] * (MOST_OPERATIONS + 1)),
    ],
)
def test_what_is_no_fhirpath_patch_is_a_400(body: Any) -> None:
    with pytest.raises(BadRequest) as caught:
        fhirpath_patch(body)
    assert caught.value.status == 400
    assert caught.value.issues[0].text.id


def test_work_is_bounded() -> None:
    resource = patient(name=[{"given": ["x"] * 100}] * 100)
    costly = delete("Patient.name.where(given='y').given")
    started = time.process_time()
    with pytest.raises(TooCostly):
        patched(resource, *[costly] * MOST_OPERATIONS)
    assert time.process_time() - started < 2


def test_depth_is_bounded() -> None:
    nested: Json = {"url": "u"}
    for _ in range(25):
        nested = {"url": "u", "extension": [nested]}
    path = "Patient.extension" + ".extension" * 25
    twice = add(path, "extension", valueExtension=nested)
    with pytest.raises(Invalid, match="deep"):
        patched(patient(extension=[nested]), twice)


PATHS = st.sampled_from(
    [
        "Patient",
        "Patient.name",
        "name[0]",
        "name.given",
        "birthDate",
        "name.given[1]",
        "birthDate.extension",
        "contained",
        "contained[0]",
        "deceased",
        "meta",
        "contact",
        "contact[0].name",
        "name.where(use='usual')",
        "text",
        "id",
        "text.div",
    ]
)
GARBAGE = st.sampled_from([None, 1, True, "x", [], ["x"], {}, {"a": 1}, {"extension": 1}, [None], [{"given": 5}]])
NAMES_TO_ADD = st.sampled_from(
    ["name", "given", "extension", "birthDate", "contained", "contact", "deceased", "id", "div"]
)
VALUES = st.dictionaries(
    st.sampled_from(["valueString", "_valueString", "valueBoolean", "valueExtension", "resource"]), GARBAGE, max_size=2
) | st.builds(
    lambda name, value: {"part": [{"name": name, "valueString": value}, {"name": name, "_valueString": value}]},
    NAMES_TO_ADD,
    GARBAGE,
)
CHANGES = (
    st.builds(lambda path, name, value: operation("add", path, name=name, value=value), PATHS, NAMES_TO_ADD, VALUES)
    | st.builds(
        lambda path, at, value: operation("insert", path, index=at, value=value), PATHS, st.integers(0, 2), VALUES
    )
    | st.builds(lambda path, value: operation("replace", path, value=value), PATHS, VALUES)
    | st.builds(lambda path: delete(path), PATHS)
    | st.builds(lambda path, at: move(path, at, 0), PATHS, st.integers(0, 2))
)


@given(st.lists(CHANGES, min_size=1, max_size=6))
def test_any_patch_applies_or_is_refused(changes: list[Json]) -> None:
    resource = patient(name=NAMES, birthDate="1920", deceasedBoolean=True)
    try:
        status = 200 if patched(resource, *changes)["id"] == "p1" else 500
    except FhirError as error:
        status = error.status
    assert status in (200, 400, 422)
