"""Which forms are taken as sent by our own pages."""

from __future__ import annotations

import pytest

from auth import csrf

OWN = "https://ehr.test"


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"origin": OWN}, True),
        ({"origin": OWN, "sec-fetch-site": "same-origin"}, True),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "http://localhost:8080", "host": "localhost:8080"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://evil.example", "sec-fetch-site": "same-origin"}, False),
        ({"origin": OWN, "sec-fetch-site": "cross-site"}, False),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": "https://ehr.test.evil.example", "host": "ehr.test"}, False),
        ({"origin": ""}, False),
    ],
)
def test_the_headers_of_a_browser(headers: dict[str, str], ours: bool) -> None:
    assert csrf.is_ours(headers, OWN) is ours


def test_a_token_belongs_to_one_cookie() -> None:
    assert csrf.carries("one", csrf.token_of("one"))
    assert not csrf.carries("two", csrf.token_of("one"))
    assert not csrf.carries("one", "")
    assert not csrf.carries("one", "ü\ud800")
    assert "one" not in csrf.token_of("one")
