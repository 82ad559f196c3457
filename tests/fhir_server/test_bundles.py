"""What stands in the Bundles that the server answers with."""

from __future__ import annotations

from fhir_server.bundles import searchset
from fhir_server.messages import FhirRequest

REQUEST = FhirRequest("GET", ("Patient",), base="http://test/fhir")


def test_a_match_by_text_tells_its_score() -> None:
    plain = {"resource": {"resourceType": "Patient", "id": "1"}}
    first, second = searchset(REQUEST, [plain, {**plain, "score": 0.75}], [])["entry"]
    assert first == {
        "fullUrl": "http://test/fhir/Patient/1",
        "resource": plain["resource"],
        "search": {"mode": "match"},
    }
    assert second["search"] == {"mode": "match", "score": 0.75}


def test_links_are_whole_addresses() -> None:
    links = {"self": (("name", "a b&c"),), "first": ()}
    assert searchset(REQUEST, [], [], links=links)["link"] == [
        {"relation": "self", "url": "http://test/fhir/Patient?name=a+b%26c"},
        {"relation": "first", "url": "http://test/fhir/Patient"},
    ]
