"""Which format a client sends and gets."""

from __future__ import annotations

import pytest

from fhir_server.errors import NotAcceptable, UnsupportedMediaType
from fhir_server.negotiation import sent, wanted

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "format", "expected"),
    [
        ("", None, "json"),
        ("*/*", None, "json"),
        ("application/fhir+json", None, "json"),
        ("application/json;q=0.5, application/fhir+xml", None, "xml"),
        ("application/fhir+xml;q=0.5, application/json;q=0.6", None, "json"),
        ("application/fhir+json; fhirVersion=4.0", None, "json"),
        ("application/fhir+xml;q=0, */*", None, "json"),
        ("text/csv, */*;q=0.1", None, "json"),
        (BROWSER, None, "json"),
        ("application/fhir+json", "xml", "xml"),
        ("application/fhir+xml", "application/fhir json", "json"),
        ("text/csv", "json", "json"),
    ],
)
def test_what_is_wanted(accept: str, format: str | None, expected: str) -> None:
    assert wanted(accept, format) == expected


@pytest.mark.parametrize(
    ("accept", "format"),
    [
        ("text/csv", None),
        ("application/fhir+json; fhirVersion=3.0", None),
        ("*/*;q=0", None),
        ("", "text/html;<script>"),
        ("", "ttl"),
        ("", ""),
    ],
)
def test_what_cannot_be_had(accept: str, format: str | None) -> None:
    with pytest.raises(NotAcceptable):
        wanted(accept, format)


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/fhir+json", "json"),
        ("application/json; charset=UTF-8", "json"),
        ("application/fhir+xml;charset=utf-8; fhirVersion=4.0", "xml"),
        ("application/json-patch+json", "json-patch"),
        ("application/x-www-form-urlencoded", "form"),
    ],
)
def test_what_is_sent(content_type: str, expected: str) -> None:
    assert sent(content_type) == expected


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/fhir+json; charset=latin-1", "application/fhir+json;fhirVersion=5.0"],
)
def test_what_is_not_understood(content_type: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        sent(content_type)
