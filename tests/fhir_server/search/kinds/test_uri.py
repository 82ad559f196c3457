"""URI search: https://hl7.org/fhir/R4/search.html#uri"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.errors import InvalidParameter
from tests.fhir_server.search.stored import filter_of, found

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


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("url:below", "http://example.org/ValueSet/a", True),
        ("url:below", "http://example.org/ValueSet", True),
        ("url:below", "http://example.org/ValueSet/", True),
        ("url:below", "http://example.org", True),
        ("url:below", "http://example.org/Value", False),
        ("url:below", "http://example.org/ValueSet/a/b", False),
        ("url:below", "http://example.com", False),
        ("url:above", "http://example.org/ValueSet/a", True),
        ("url:above", "http://example.org/ValueSet/a/b/c", True),
        ("url:above", "http://example.org/ValueSet/a/", True),
        ("url:above", "http://example.org/ValueSet/ab", False),
        ("url:above", "http://example.org/ValueSet", False),
        ("_source:above", "urn:source", True),
        ("_source:below", "urn:source", True),
        ("_source:below", "urn", False),
        ("url:below", "http://example.com,http://example.org", True),
    ],
)
def test_above_and_below_go_by_the_segments_of_the_path(name: str, value: str, expected: bool) -> None:
    assert found(VALUE_SET, (name, value)) is expected


SEGMENTS = st.lists(st.sampled_from(["a", "b", "ab"]), max_size=3)


@given(SEGMENTS, SEGMENTS)
def test_above_is_below_seen_from_the_other_end(mine: list[str], asked: list[str]) -> None:
    url, searched = ("/".join(["http://example.org", *segments]) for segments in (mine, asked))
    resource = {"resourceType": "ValueSet", "url": url}
    assert found(resource, ("url:below", searched)) is (mine[: len(asked)] == asked)
    assert found(resource, ("url:above", searched)) is (asked[: len(mine)] == mine)


def test_a_path_of_many_segments_is_a_bounded_filter() -> None:
    assert len(str(filter_of("ValueSet", ("url:above", "http://a/" + "b/" * 900)))) < 600_000


@pytest.mark.parametrize("modifier", ["exact", "not", "text"])
def test_other_modifiers_are_refused(modifier: str) -> None:
    with pytest.raises(InvalidParameter, match=f":{modifier}"):
        filter_of("ValueSet", (f"url:{modifier}", "x"))
