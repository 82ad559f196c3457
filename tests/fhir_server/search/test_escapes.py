"""Escapes: https://hl7.org/fhir/R4/search.html#escaping"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.search.escapes import escape, split, unescape

TEXTS = st.text(st.sampled_from("a,|$\\"), max_size=8)


@pytest.mark.parametrize(
    ("raw", "separator", "parts"),
    [
        ("a,b", ",", ["a", "b"]),
        (r"a\,b,c", ",", [r"a\,b", "c"]),
        (r"a\\,b", ",", [r"a\\", "b"]),
        ("a\\", ",", ["a\\"]),
        ("", ",", [""]),
        (",", ",", ["", ""]),
        (r"s\|x|c", "|", [r"s\|x", "c"]),
    ],
)
def test_only_bare_separators_separate(raw: str, separator: str, parts: list[str]) -> None:
    assert split(raw, separator) == parts


@pytest.mark.parametrize(("raw", "text"), [(r"a\,b\|c\$d\\e", r"a,b|c$d\e"), (r"\n", r"\n"), ("a\\", "a\\")])
def test_escapes_are_undone(raw: str, text: str) -> None:
    assert unescape(raw) == text


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_what_was_escaped_comes_back(texts: list[str]) -> None:
    assert [unescape(part) for part in split(",".join(map(escape, texts)), ",")] == texts
