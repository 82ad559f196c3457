"""JSON Patch by RFC 6902: what applies, what is refused, what is bounded."""

from __future__ import annotations

import copy
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.errors import BadRequest, FhirError, Invalid, TooLarge
from fhir_server.interactions.patch_documents import MOST_OPERATIONS, deeper, json_patch, same, without_empty

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "meta": {"versionId": "3", "lastUpdated": "2026-01-01T00:00:00Z", "profile": ["urn:p"]},
    "active": True,
    "name": [{"family": "Contoh", "given": ["Satu", "Dua"]}, {"text": "Rekaan"}],
    "extension": [{"url": "u", "valueDecimal": Decimal("1.00")}],
    "a/b": 1,
    "m~n": 2,
}


def patched(*operations: dict[str, Any], resource: dict[str, Any] = PATIENT) -> dict[str, Any]:
    return json_patch(list(operations))(resource)


def op(name: str, path: str, **members: Any) -> dict[str, Any]:
    return {"op": name, "path": path, **members}


@pytest.mark.parametrize(
    ("operation", "path", "expected"),
    [
        (op("add", "/gender", value="male"), ("gender",), "male"),
        (op("add", "/active", value=False), ("active",), False),
        (op("add", "/name/0", value={"text": "x"}), ("name", 0), {"text": "x"}),
        (op("add", "/name/2", value={"text": "x"}), ("name", 2), {"text": "x"}),
        (op("add", "/name/-", value={"text": "x"}), ("name", 2), {"text": "x"}),
        (op("add", "/name/0/given/1", value="x"), ("name", 0, "given"), ["Satu", "x", "Dua"]),
        (op("replace", "/name/0/family", value="x"), ("name", 0, "family"), "x"),
        (op("replace", "/name", value=[{"text": "x"}]), ("name",), [{"text": "x"}]),
        (op("remove", "/name/0"), ("name",), [{"text": "Rekaan"}]),
        (op("remove", "/name/0/given/0"), ("name", 0, "given"), ["Dua"]),
        (op("move", "/name/1", **{"from": "/name/0"}), ("name", 1, "family"), "Contoh"),
        (op("move", "/name/0/text", **{"from": "/name/0/family"}), ("name", 0, "text"), "Contoh"),
        (op("move", "/active", **{"from": "/active"}), ("active",), True),
        (op("copy", "/name/-", **{"from": "/name/0"}), ("name", 2, "family"), "Contoh"),
        (op("add", "/a~1b", value=3), ("a/b",), 3),
        (op("add", "/m~0n", value=3), ("m~n",), 3),
        (op("add", "/~01", value=3), ("~1",), 3),
        (op("add", "/meta/profile/-", value="urn:q"), ("meta", "profile"), ["urn:p", "urn:q"]),
        (op("add", "/meta", value={"profile": ["urn:q"]}), ("meta",), {"profile": ["urn:q"]}),
        (op("replace", "", value={"resourceType": "Patient", "id": "p1"}), ("id",), "p1"),
        (op("add", "", value={"resourceType": "Patient", "id": "p1", "active": False}), ("active",), False),
    ],
)
def test_operations(operation: dict[str, Any], path: tuple[str | int, ...], expected: Any) -> None:
    before = copy.deepcopy(PATIENT)
    found: Any = patched(operation)
    for key in path:
        found = found[key]
    assert found == expected
    assert before == PATIENT


def test_move_takes_away_and_copy_does_not() -> None:
    assert "family" not in patched(op("move", "/name/0/text", **{"from": "/name/0/family"}))["name"][0]
    assert "family" in patched(op("copy", "/name/0/text", **{"from": "/name/0/family"}))["name"][0]


def test_operations_build_on_each_other() -> None:
    found = patched(
        op("test", "/name/0/family", value="Contoh"),
        op("add", "/contact", value=[]),
        op("add", "/contact/-", value={"name": {}}),
        op("add", "/contact/0/name/text", value="x"),
        op("remove", "/name/1"),
        op("remove", "/name/0"),
    )
    assert found["contact"] == [{"name": {"text": "x"}}]
    assert "name" not in found


def test_decimals_keep_their_digits() -> None:
    found = patched(op("copy", "/extension/-", **{"from": "/extension/0"}))
    assert [str(row["valueDecimal"]) for row in found["extension"]] == ["1.00", "1.00"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/active", True),
        ("/name/0/given", ["Satu", "Dua"]),
        ("/name/0", {"given": ["Satu", "Dua"], "family": "Contoh"}),
        ("/extension/0/valueDecimal", Decimal("1.0")),
        ("/extension/0/valueDecimal", 1),
        ("/meta/versionId", "3"),
        ("", PATIENT),
    ],
)
def test_a_test_that_holds(path: str, value: Any) -> None:
    assert patched(op("test", path, value=value)) == PATIENT


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/active", 1),
        ("/active", "true"),
        ("/active", None),
        ("/a~1b", True),
        ("/name/0/given", ["Dua", "Satu"]),
        ("/name/0", {"family": "Contoh"}),
        ("/extension/0/valueDecimal", "1.00"),
    ],
)
def test_a_test_that_fails_is_a_422(path: str, value: Any) -> None:
    with pytest.raises(Invalid, match="test") as caught:
        patched(op("add", "/gender", value="male"), op("test", path, value=value))
    assert "Operation 1" in str(caught.value)
    assert path in caught.value.issues[0].text.id


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        "x",
        [],
        [1],
        [None],
        [{}],
        [{"op": "test"}],
        [op("add", "/gender")],
        [op("tambah", "/gender", value=1)],
        [op("add", "gender", value=1)],
        [op("add", "/~2", value=1)],
        [op("add", "/a~", value=1)],
        [{"op": "remove", "path": 1}],
        [{"op": ["add"], "path": "/gender", "value": 1}],
        [op("move", "/gender")],
        [op("copy", "/gender", **{"from": None})],
        [op("add", "/x" * 600, value=1)],
        [op("add", "/x" * 65, value=1)],
        [op("add", "/gender", value=1)] * (MOST_OPERATIONS + 1),
    ],
)
def test_what_is_no_json_patch_is_a_400(document: Any) -> None:
    with pytest.raises(BadRequest) as caught:
        json_patch(document)
    assert caught.value.status == 400
    assert caught.value.issues[0].text.id


@pytest.mark.parametrize(
    "operation",
    [
        op("remove", "/gender"),
        op("replace", "/gender", value="male"),
        op("add", "/contact/0", value={}),
        op("add", "/contact/-", value={}),
        op("add", "/name/3", value={}),
        op("add", "/name/00", value={}),
        op("add", "/name/01", value={}),
        op("add", "/name/-1", value={}),
        op("add", "/name/1e0", value={}),
        op("add", "/name/٠", value={}),
        op("add", "/name/99999999999999999999", value={}),
        op("add", "/name/x", value={}),
        op("replace", "/name/-", value={}),
        op("remove", "/name/-"),
        op("remove", "/active/x"),
        op("test", "/gender", value=None),
        op("add", "/name/0/family/x", value=1),
        op("copy", "/gender", **{"from": "/nothing"}),
        op("move", "/gender", **{"from": "/name/7"}),
        op("add", "/__proto__/x", value=1),
    ],
)
def test_a_pointer_into_nothing_is_a_422_that_names_it(operation: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        patched(operation)
    pointer = operation.get("from", operation["path"])
    assert pointer in caught.value.issues[0].text.en
    assert pointer in caught.value.issues[0].text.id


@pytest.mark.parametrize(
    "operation",
    [
        op("replace", "/id", value="p2"),
        op("remove", "/id"),
        op("add", "/id", value={"$gt": ""}),
        op("add", "/id/x", value=1),
        op("replace", "/resourceType", value="Group"),
        op("remove", "/resourceType"),
        op("replace", "/meta/versionId", value="9"),
        op("remove", "/meta/lastUpdated"),
        op("move", "/gender", **{"from": "/id"}),
        op("copy", "/id", **{"from": "/active"}),
        op("move", "/name", **{"from": "/resourceType"}),
        op("remove", ""),
        op("replace", "", value=None),
        op("replace", "", value=[]),
        op("replace", "", value={"resourceType": "Group", "id": "p1"}),
        op("add", "", value={"resourceType": "Patient", "id": "p2"}),
        op("copy", "", **{"from": "/name/0"}),
        op("move", "/name/0/given", **{"from": "/name"}),
        op("move", "/x", **{"from": ""}),
    ],
)
def test_what_a_patch_may_not_change(operation: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        patched(operation)
    assert caught.value.status == 422


def test_copies_of_copies_are_bounded() -> None:
    started = time.process_time()
    doubling = [op("copy", f"/x{n}", **{"from": ""}) for n in range(MOST_OPERATIONS)]
    with pytest.raises(FhirError):
        patched(*doubling)
    growing = [op("add", "/x", value="x" * 100_000), *[op("copy", "/name/-", **{"from": "/name"})] * 60]
    with pytest.raises(FhirError):
        patched(*growing)
    assert time.process_time() - started < 4


def test_one_large_copy_too_many() -> None:
    start = op("add", "/name/0/text", value="x" * 1_000_000)
    copies = [op("copy", "/name/-", **{"from": "/name/0"})] * 11
    with pytest.raises(TooLarge):
        patched(start, *copies)
    assert len(patched(start, *copies[:5])["name"]) == 7


def test_depth_is_bounded() -> None:
    nested = [op("copy", "/x" * 20, **{"from": "/x"})] * 10
    deep: dict[str, Any] = {}
    for _ in range(30):
        deep = {"x": deep}
    with pytest.raises(Invalid, match="deep"):
        patched(op("add", "/x", value=deep), *nested)


@pytest.mark.parametrize(
    ("value", "levels", "expected"),
    [(1, 0, False), ([], 0, True), ([], 1, False), ({"a": [1]}, 1, True), ({"a": [1]}, 2, False)],
)
def test_deeper(value: Any, levels: int, expected: bool) -> None:
    assert deeper(value, levels) == expected


def test_empty_properties_go() -> None:
    assert without_empty({"a": [], "b": {"c": {}}, "d": [None, {"e": []}], "f": ""}) == {"d": [None, {}], "f": ""}


SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.decimals(-2, 2, places=1) | st.text(max_size=2)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
)


@given(VALUES)
def test_a_value_is_the_same_as_itself(value: Any) -> None:
    assert same(value, copy.deepcopy(value))
    assert not same(value, [value])


POINTERS = st.lists(st.sampled_from(["name", "0", "1", "-", "given", "family", "id", "meta", "x", "a~1b", ""])).map(
    lambda tokens: "".join(f"/{token}" for token in tokens)
)
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]), "path": POINTERS},
    optional={"from": POINTERS, "value": VALUES},
)


@given(st.lists(OPERATIONS, max_size=8))
def test_any_patch_applies_or_is_refused_and_changes_nothing_in_place(document: list[dict[str, Any]]) -> None:
    before = copy.deepcopy(PATIENT)
    try:
        found = json_patch(document)(PATIENT)
    except FhirError as error:
        status = error.status
    else:
        status = 200 if (found["id"], found["resourceType"]) == ("p1", "Patient") else 500
    assert status in (200, 400, 413, 422)
    assert before == PATIENT
