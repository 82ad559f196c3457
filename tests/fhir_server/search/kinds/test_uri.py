"""URI search: https://hl7.org/fhir/R4/search.html#uri"""

from __future__ import annotations

import pytest

from tests.fhir_server.search.stored import found

VALUE_SET = {
    "resourceType": "ValueSet",
    "url": "http://example.org/ValueSet/a",
    "meta": {"profile": ["http://example.org/profile|2.0"], "source": "urn:source"},
}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("url", "http://example.org/ValueSet/a", True),
        ("url", "http://example.org/ValueSet/b,http://example.org/ValueSet/a", True),
        ("url", "http://example.org/ValueSet", False),
        ("url", "HTTP://example.org/ValueSet/a", False),
        ("url:missing", "true", False),
        ("_profile", "http://example.org/profile", True),
        ("_profile", "http://example.org/profile|2.0", True),
        ("_profile", r"http://example.org/profile\|2.0", True),
        ("_profile", "http://example.org/profile|1.0", False),
        ("_source", "urn:source", True),
    ],
)
def test_a_uri_is_compared_exactly(name: str, value: str, expected: bool) -> None:
    assert found(VALUE_SET, (name, value)) is expected
