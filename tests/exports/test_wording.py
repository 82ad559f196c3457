"""How dates, numbers and names are written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import wording

WITA = ZoneInfo("Asia/Makassar")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (3, "tiga"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (101, "seratus satu"),
        (111, "seratus sebelas"),
        (999, "sembilan ratus sembilan puluh sembilan"),
        (1000, "seribu"),
        (1999, "seribu sembilan ratus sembilan puluh sembilan"),
        (2000, "dua ribu"),
        (100_000, "seratus ribu"),
        (1_250_000, "satu juta dua ratus lima puluh ribu"),
        (10**9, "satu miliar"),
        (10**12 + 1, "satu triliun satu"),
    ],
)
def test_numbers_in_words(number: int, words: str) -> None:
    assert wording.in_words(number) == words


@given(st.integers(0, 10**15 - 1))
def test_words_tell_the_number(number: int) -> None:
    assert _read(wording.in_words(number).split()) == number


UNITS = {word: value for value, word in enumerate(wording.UNDER_TWELVE)}
SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}


def _read(words: list[str]) -> int:
    """Reads such words from left to right."""
    total, group, last = 0, 0, 0
    for word in words:
        match word:
            case "seribu":
                total += 1000
            case "seratus":
                group += 100
            case "belas":
                group, last = group + 10 + last, 0
            case "puluh":
                group, last = group + 10 * last, 0
            case "ratus":
                group, last = group + 100 * last, 0
            case "ribu" | "juta" | "miliar" | "triliun":
                total, group, last = total + (group + last) * SCALES[word], 0, 0
            case _:
                last = UNITS[word]
    return total + group + last


@pytest.mark.parametrize("number", [-1, 10**15])
def test_what_has_no_words_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        wording.in_words(number)


@pytest.mark.parametrize(
    ("number", "letters"), [(1, "I"), (4, "IV"), (9, "IX"), (11, "XI"), (12, "XII"), (39, "XXXIX")]
)
def test_roman_numbers(number: int, letters: str) -> None:
    assert wording.roman(number) == letters


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1234.50", "1.234,50"),
        ("0.05", "0,05"),
        ("1E+3", "1.000"),
        ("-1.0", "-1,0"),
        ("1E-7", "0,0000001"),
        ("12", "12"),
    ],
)
def test_decimals_keep_their_digits(value: str, written: str) -> None:
    assert wording.decimal(Decimal(value)) == written


@pytest.mark.parametrize(
    ("born", "at", "age"),
    [
        ("1980-01-01", "2026-11-24", "46 tahun"),
        ("1980-11-25", "2026-11-24", "45 tahun"),
        ("2024-02-29", "2026-02-28", "1 tahun 11 bulan"),
        ("2026-09-24", "2026-11-24", "2 bulan"),
        ("2026-11-20", "2026-11-24", "4 hari"),
        ("2026-11-24", "2026-11-24", "0 hari"),
        ("2026-11-25", "2026-11-24", "0 hari"),
    ],
)
def test_ages(born: str, at: str, age: str) -> None:
    assert wording.age(date.fromisoformat(born), date.fromisoformat(at)) == age


def test_dates_and_times_are_the_hospitals() -> None:
    moment = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert wording.date_and_time(moment, WITA) == "24 November 2026, 07.30 WITA"
    assert wording.date_and_time(moment, ZoneInfo("Asia/Jakarta"), "en") == "24 November 2026, 06.30 WIB"
    assert wording.day_name(date(2026, 11, 24)) == "Selasa"


@pytest.mark.parametrize(
    ("number", "shown"), [("001234", "00-12-34"), ("00123456", "00-12-34-56"), ("12345", "12345"), ("A-1", "A-1")]
)
def test_record_numbers(number: str, shown: str) -> None:
    assert wording.record_number(number) == shown


@given(st.text(min_size=1, max_size=80))
def test_a_masked_name_shows_one_letter_of_a_word(name: str) -> None:
    for word, masked in zip(name.split(), wording.masked(name).split(), strict=True):
        assert masked == word[:1] + "*" * (len(word) - 1)
