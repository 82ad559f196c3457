"""Every mode of _summary, and _elements."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from resources.definitions.structure import definition, resource_types
from resources.formats import json_format
from resources.formats.summary import MODES, SUBSETTED, only_elements, summarise

TAGGED = {"tag": [SUBSETTED]}

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "meta": {"versionId": "3", "tag": [{"system": "urn:x", "code": "a"}]},
    "implicitRules": "urn:rules",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'},
    "extension": [{"url": "u", "valueCode": "c"}],
    "modifierExtension": [{"url": "m", "valueBoolean": True}],
    "identifier": [{"use": "usual", "value": "1", "extension": [{"url": "u", "valueCode": "c"}]}],
    "name": [{"family": "Contoh"}],
    "birthDate": "2001-02-03",
    "_birthDate": {"extension": [{"url": "u", "valueCode": "c"}]},
    "deceasedBoolean": False,
    "maritalStatus": {"text": "x"},
    "photo": [{"data": "AAAA"}],
    "communication": [{"language": {"text": "x"}, "preferred": True}],
    "link": [{"other": {"reference": "Patient/2"}, "type": "seealso"}],
}
META = {"versionId": "3", "tag": [{"system": "urn:x", "code": "a"}, SUBSETTED]}


def without(resource: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key not in names}


def test_true_keeps_the_summary_elements_at_every_level() -> None:
    expected = without(PATIENT, "text", "extension", "modifierExtension", "maritalStatus", "photo", "communication")
    identifier = [{"use": "usual", "value": "1"}]
    assert summarise(PATIENT, "true") == {**expected, "meta": META, "identifier": identifier}


def test_text_keeps_the_narrative_and_what_is_mandatory() -> None:
    observation = {
        "resourceType": "Observation",
        "id": "o",
        "text": PATIENT["text"],
        "status": "final",
        "_status": {"id": "s"},
        "category": [{"text": "x"}],
        "code": {"text": "x"},
        "valueString": "v",
    }
    expected = {**without(observation, "category", "valueString"), "meta": TAGGED}
    assert summarise(observation, "text") == expected
    assert summarise(PATIENT, "text") == {
        "resourceType": "Patient",
        "id": "p1",
        "meta": META,
        "text": PATIENT["text"],
    }


def test_data_leaves_the_narrative_out() -> None:
    assert summarise(PATIENT, "data") == {**without(PATIENT, "text"), "meta": META}


def test_count_and_false() -> None:
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": [{"resource": PATIENT}]}
    assert summarise(bundle, "count") == without(bundle, "entry")
    assert summarise(PATIENT, "false") == PATIENT


def test_what_would_be_left_empty_is_left_out() -> None:
    media = {"resourceType": "Media", "content": {"data": "AAAA"}, "status": "completed"}
    assert summarise(media, "true") == {"resourceType": "Media", "meta": TAGGED, "status": "completed"}


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        ([], []),
        (["name"], ["name"]),
        (["Patient.name", "birthDate"], ["name", "birthDate", "_birthDate"]),
        (["deceased"], ["deceasedBoolean"]),
        (["deceased[x]"], ["deceasedBoolean"]),
        (["deceasedBoolean"], ["deceasedBoolean"]),
        (["nama", "", "Observation.name"], []),
        (["text"], ["text"]),
    ],
)
def test_only_elements(names: list[str], kept: list[str]) -> None:
    always = ("resourceType", "id", "implicitRules", "modifierExtension")
    expected = {key: value for key, value in PATIENT.items() if key in (*always, *kept)}
    assert only_elements(PATIENT, names) == {**expected, "meta": META}


def test_mandatory_elements_stay() -> None:
    link = {"resourceType": "Provenance", "target": [{}], "recorded": "x", "agent": [{}], "policy": ["p"]}
    assert only_elements(link, ["reason"]) == {**without(link, "policy"), "meta": TAGGED}


def test_the_tag_is_set_once_and_comes_first() -> None:
    once = summarise(PATIENT, "true")
    assert summarise(once, "true") == once
    assert list(once)[:3] == ["resourceType", "id", "meta"]


@pytest.mark.parametrize("type", resource_types())
def test_official_examples(type: str, examples_of: Callable[[str], list[bytes]]) -> None:
    rows = definition(type).properties
    for body in examples_of(type)[:20]:
        resource = json_format.read(body)
        before = copy.deepcopy(resource)
        for mode in MODES:
            found = summarise(resource, mode)  # type: ignore[arg-type]
            assert set(found) - {"meta"} <= set(resource)
        names = {key.removeprefix("_") for key in summarise(resource, "true")} - {"resourceType", "meta"}
        assert all(rows[name][0].summary for name in names)
        assert resource == before
