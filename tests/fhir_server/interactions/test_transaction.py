"""What a Bundle's entries are read as; the stories are in tests/journeys."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_server.errors import BadRequest
from fhir_server.interactions.transaction import read_entries, split_url
from fhir_server.messages import FhirRequest

OUTER = FhirRequest("POST", (), base="http://test/fhir", headers={"accept-language": "en", "if-match": 'W/"1"'})


@pytest.mark.parametrize(
    ("url", "path", "query"),
    [
        ("Patient", ("Patient",), ()),
        ("/Patient/1", ("Patient", "1"), ()),
        ("http://test/fhir/Patient/1", ("Patient", "1"), ()),
        ("Patient?name=a%26b&_format=json", ("Patient",), (("name", "a&b"),)),
        ("Patient/a%2Fb", ("Patient", "a/b"), ()),
        ("", (), ()),
    ],
)
def test_an_entry_url(url: str, path: tuple[str, ...], query: tuple[tuple[str, str], ...]) -> None:
    assert split_url(url, "http://test/fhir", "Bundle.entry[0]") == (path, query)


@pytest.mark.parametrize("url", ["http://elsewhere/fhir/Patient/1", "urn:uuid:1", "https://test/fhir/Patient"])
def test_an_entry_url_on_another_server(url: str) -> None:
    with pytest.raises(BadRequest):
        split_url(url, "http://test/fhir", "Bundle.entry[0]")


def test_the_headers_of_an_entry_are_its_own() -> None:
    entry = {"request": {"method": "PUT", "url": "Patient/1", "ifMatch": 'W/"7"'}, "resource": {}}
    (found,) = read_entries({"entry": [entry]}, OUTER)
    assert found.request.headers == {"accept-language": "en", "if-match": 'W/"7"'}


def test_a_json_patch_inside_a_binary() -> None:
    binary = {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": "W10="}
    entry = {"request": {"method": "PATCH", "url": "Patient/1"}, "resource": binary}
    (found,) = read_entries({"entry": [entry]}, OUTER)
    assert found.request.body == []


@pytest.mark.parametrize(
    ("method", "url", "writes"),
    [
        ("GET", "?_type=Patient,Observation", False),
        ("POST", "_search?_type=Patient", False),
        ("POST", "Patient/_search?name=a", False),
        ("GET", "Patient/1/*", False),
        ("POST", "Patient", True),
    ],
)
def test_searches_of_every_kind_are_no_writes(method: str, url: str, writes: bool) -> None:
    (found,) = read_entries({"entry": [{"request": {"method": method, "url": url}}]}, OUTER)
    assert found.is_write is writes


@pytest.mark.parametrize(
    "entry",
    [
        None,
        [],
        {},
        {"request": {}},
        {"request": {"method": "PUT"}},
        {"request": {"method": "TRACE", "url": "Patient"}},
        {"request": {"method": "GET", "url": 7}},
        {"request": {"method": ["GET"], "url": "Patient"}},
        {"request": {"method": "PATCH", "url": "Patient/1"}, "resource": {"resourceType": "Binary", "data": "%"}},
    ],
)
def test_an_entry_that_cannot_be_read_is_named(entry: Any) -> None:
    good = {"request": {"method": "GET", "url": "Patient"}}
    with pytest.raises(BadRequest) as caught:
        read_entries({"entry": [good, entry]}, OUTER)
    assert caught.value.issues[0].expression.startswith("Bundle.entry[1]")
