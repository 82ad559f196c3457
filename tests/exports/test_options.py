"""What may be asked for besides: understood, or refused by name."""

from __future__ import annotations

from datetime import date

import pytest

from exports import options
from fhir_server.errors import InvalidParameter

FIRST = date(2026, 11, 24)


@pytest.mark.parametrize(("sent", "found"), [({}, "a5"), ({"paper": "a5"}, "a5"), ({"paper": "a4"}, "a4")])
def test_one_of_some_words(sent: dict[str, str], found: str) -> None:
    assert options.one_of(sent, "paper", "a5", "a4") == found


@pytest.mark.parametrize("sent", ["", "A4", "a3", "a5 "])
def test_other_words_are_refused(sent: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        options.one_of({"paper": sent}, "paper", "a5", "a4")
    assert refused.value.issues[0].expression == "paper"
    assert refused.value.issues[0].text.id == "paper adalah salah satu dari a5, a4."


@pytest.mark.parametrize(("sent", "found"), [("1", 1), ("30", 30), ("07", 7)])
def test_a_whole_number(sent: str, found: int) -> None:
    assert options.number({"days": sent}, "days", 1, 30) == found
    assert options.number({}, "days", 1, 30) is None


@pytest.mark.parametrize("sent", ["", "0", "31", "-1", "1.5", "tiga", "٣", "1e1", "9" * 5000, " 3"])
def test_other_numbers_are_refused(sent: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        options.number({"days": sent}, "days", 1, 30)
    assert refused.value.issues[0].expression == "days"


@pytest.mark.parametrize(
    ("sent", "found"), [({}, FIRST), ({"from": "2026-11-24"}, FIRST), ({"from": "2026-12-01"}, date(2026, 12, 1))]
)
def test_a_day(sent: dict[str, str], found: date) -> None:
    assert options.day(sent, "from", FIRST, 7) == found


@pytest.mark.parametrize("sent", ["", "2026-11-23", "2026-12-02", "2026-02-30", "24-11-2026", "2026-W48-2", "besok"])
def test_other_days_are_refused(sent: str) -> None:
    with pytest.raises(InvalidParameter, match="from 24 November 2026 to 1 December 2026"):
        options.day({"from": sent}, "from", FIRST, 7)


def test_words_are_one_line() -> None:
    assert options.words({"purpose": "  melamar\n pekerjaan\t"}, "purpose") == "melamar pekerjaan"
    assert options.words({}, "purpose") == ""


def test_words_have_an_end() -> None:
    assert options.words({"purpose": "x" * 200}, "purpose") == "x" * 200
    with pytest.raises(InvalidParameter, match="200"):
        options.words({"purpose": "x" * 201}, "purpose")
