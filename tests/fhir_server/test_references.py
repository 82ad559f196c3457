"""Finding and rewriting references."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_server.references import conditional, rewrite

MAPPING = {"urn:uuid:1": "Patient/7", "Patient?identifier=x": "Patient/8"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"subject": {"reference": "urn:uuid:1"}}, {"subject": {"reference": "Patient/7"}}),
        ({"subject": {"reference": "Patient?identifier=x"}}, {"subject": {"reference": "Patient/8"}}),
        ({"list": [{"reference": "urn:uuid:1"}, {"reference": "urn:uuid:2"}]}, None),
        ({"content": {"attachment": {"url": "urn:uuid:1"}}}, {"content": {"attachment": {"url": "Patient/7"}}}),
        ({"valueUri": "urn:uuid:1"}, {"valueUri": "Patient/7"}),
        ({"identifier": {"value": "urn:uuid:1"}}, {"identifier": {"value": "urn:uuid:1"}}),
        ({"div": '<a href="urn:uuid:1">urn:uuid:1</a>'}, {"div": '<a href="Patient/7">urn:uuid:1</a>'}),
    ],
)
def test_what_is_rewritten(value: Any, expected: Any) -> None:
    if expected is None:
        expected = {"list": [{"reference": "Patient/7"}, {"reference": "urn:uuid:2"}]}
    assert rewrite(value, MAPPING) == expected


def test_what_needs_no_change_is_not_copied() -> None:
    value = {"a": [{"reference": "Patient/1"}, {"b": {"url": "x"}}]}
    assert rewrite(value, MAPPING) is value


def test_conditional_references() -> None:
    resource = {
        "subject": {"reference": "Patient?identifier=x"},
        "performer": [{"reference": "Practitioner/1"}, {"reference": "http://example.org/Patient?x=1"}],
        "note": "Patient?identifier=y",
    }
    assert conditional(resource) == ["Patient?identifier=x"]
