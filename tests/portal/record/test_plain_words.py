"""Diseases in plain words."""

from __future__ import annotations

import re

import pytest

from portal.record.plain_words import WORDS, of
from seed.codes import DIAGNOSES


@pytest.mark.parametrize("code", DIAGNOSES)
def test_all_diagnoses_of_the_demo_have_words(code: str) -> None:
    assert of(code, "id")
    assert of(code, "en")


@pytest.mark.parametrize(
    ("code", "words"),
    [("E11", "Kencing manis tipe 2"), ("E11.9", "Kencing manis tipe 2"), ("Z37.0", "Satu bayi"), ("Z37.9", "Bayi")],
)
def test_a_code_has_its_own_words_or_those_of_its_category(code: str, words: str) -> None:
    assert of(code, "id").startswith(words)


@pytest.mark.parametrize("code", ["", "X99", "E1", ".9", "e11"])
def test_an_unknown_code_has_none(code: str) -> None:
    assert of(code, "id") == ""


def test_the_table_is_as_it_says() -> None:
    assert len(WORDS) >= 150
    for code, (indonesian, english) in WORDS.items():
        assert re.fullmatch(r"[A-Z][0-9]{2}(\.[0-9])?", code)
        assert max(len(indonesian.split()), len(english.split())) <= 10, code
        assert indonesian[0].isupper()
        assert english[0].isupper()
