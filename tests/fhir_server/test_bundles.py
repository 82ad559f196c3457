"""What stands in the Bundles that the server answers with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from hypothesis import given
from hypothesis import strategies as st

from fhir_server.bundles import http_date, searchset
from fhir_server.messages import FhirRequest

REQUEST = FhirRequest("GET", ("Patient",), base="http://test/fhir")

ZONES = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))


@given(st.integers(-2_000_000_000_000, 250_000_000_000_000), ZONES)
def test_dates_of_http_name_the_second_in_greenwich(milliseconds: int, zone: timezone) -> None:
    moment = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).astimezone(zone)
    told = http_date(moment)
    assert parsedate_to_datetime(told) == moment.replace(microsecond=0)
    assert told == moment.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


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
