"""Foreign input in messages, and characters that FHIR forbids."""

from __future__ import annotations

import pytest

from resources.formats.malformed import UNUSABLE, shorten, unusable_character


@pytest.mark.parametrize(
    ("text", "shown"),
    [("name", "name"), ("a" * 61, "a" * 60 + "…"), ("a\r\n\x1b[31m", "a\\r\\n\\x1b[31m"), ("\ud800", "\\ud800")],
)
def test_foreign_input_is_shown_short_and_printable(text: str, shown: str) -> None:
    assert shorten(text) == shown


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_characters_that_fhir_forbids(character: str) -> None:
    assert UNUSABLE.search(character)
    assert f"U+{ord(character):04X}" in unusable_character(character).id


@pytest.mark.parametrize("character", ["\t", "\n", "\r", " ", "\x7f", "é", "\ufffd", "\U0001f600"])
def test_characters_that_fhir_allows(character: str) -> None:
    assert not UNUSABLE.search(character)
