"""String search: index() and match() agree with the specification's words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.search.escapes import escape
from fhir_server.search.kinds.string import LIMIT, fold
from tests.fhir_server.search.stored import found, stored

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
NAMES = st.text(st.sampled_from("aAáÁsSíßİ -'’.,éẞﬁ😀ﷺ가"), min_size=1, max_size=6)


def patient(*families: str) -> dict[str, object]:
    return {"resourceType": "Patient", "name": [{"family": family} for family in families]}


@pytest.mark.parametrize(
    ("value", "folded"),
    [
        ("Siti", "siti"),
        ("SÍTI  Áminah ", "siti aminah"),
        ("O'Brien", "obrien"),
        ("O’Brien", "obrien"),
        ("Al-Amin, Drs.", "al amin drs"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("---", ""),
        ("50 $", "50 $"),
    ],
)
def test_folding_leaves_what_counts(value: str, folded: str) -> None:
    assert fold(value) == folded


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(max_codepoint=127), max_size=12))
def test_the_short_way_for_ascii_gives_what_the_long_way_gives(text: str) -> None:
    assert fold(text) == fold(text + "\u0301")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("family", "sit", True),
        ("family", "SÍTI", True),
        ("family", "iti", False),
        ("family", "siti amin", True),
        ("family", "siti-amin", True),
        ("family", "budi,siti", True),
        ("family", "budi,ani", False),
        ("family:exact", "Siti Aminah", True),
        ("family:exact", "Siti", False),
        ("family:exact", "siti aminah", False),
        ("family:contains", "AMIN", True),
        ("family:contains", "Siti Aminah S", False),
        ("family:missing", "false", True),
        ("family:missing", "true", False),
        ("given:missing", "true", True),
        ("family:contains", "(a+)+$", False),
        ("family:text", "aminah", True),
        ("family:text", "AMINAH siti", True),
        ("family:text", "amin", False),
        ("family:text", "siti budi", False),
        ("family:text", "(a+)+$", False),
        ("family:text", ".*", False),
    ],
)
def test_a_name(name: str, value: str, expected: bool) -> None:
    assert found(patient("Siti Aminah"), (name, value)) is expected


@pytest.mark.parametrize("written", ["Siti", "SITI", "siti", "síti", "Sìtî", "SI\u0301TI"])
@pytest.mark.parametrize("asked", ["Siti", "SITI", "síti", "s\u0131ti".replace("\u0131", "i"), "SÎ"])
@pytest.mark.parametrize("element", ["text", "family"])
def test_case_and_accents_do_not_count_in_a_name(written: str, asked: str, element: str) -> None:
    """Many have one name only, and it is in `text`."""
    assert found({"resourceType": "Patient", "name": [{element: written}]}, ("name", asked))


@pytest.mark.parametrize("value", ["siti", "Contoh", "Hj.", "S.Pd.", "Siti Rahmawati Contoh"])
def test_every_part_of_a_human_name_is_found_by_name(value: str) -> None:
    name = {
        "text": "Siti Rahmawati Contoh",
        "family": "Contoh",
        "given": ["Siti", "Rahmawati"],
        "prefix": ["Hj."],
        "suffix": ["S.Pd."],
    }
    assert found({"resourceType": "Patient", "name": [name]}, ("name", value))


@pytest.mark.parametrize("value", ["Jl. Contoh", "Samarinda", "Ulu", "Kalimantan Timur", "75111", "ID"])
def test_every_part_of_an_address_is_found_by_address(value: str) -> None:
    address = {"line": ["Jl. Contoh 1"], "city": "Samarinda", "district": "Samarinda Ulu", "state": "Kalimantan Timur"}
    patient = {"resourceType": "Patient", "address": [address | {"postalCode": "75111", "country": "ID"}]}
    assert found(patient, ("address", value)) is (value != "Ulu")
    assert found(patient, ("address:contains", value))


@given(st.lists(NAMES, min_size=1, max_size=3), NAMES)
def test_prefix_exact_and_contains_agree_with_plain_python(names: list[str], wanted: str) -> None:
    resource, value = patient(*names), escape(wanted)
    folded, keys = fold(wanted), [fold(name) for name in names]
    starts = any(key.startswith(folded) if folded else key == "" for key in keys)
    contains = any(folded in key if folded else key == "" for key in keys)
    assert found(resource, ("family", value)) is starts
    assert found(resource, ("family:exact", value)) is (wanted in names)
    assert found(resource, ("family:contains", value)) is contains


@given(st.lists(st.text("ab '", min_size=1, max_size=12), min_size=1, max_size=3), st.text("ab '", max_size=12))
def test_what_is_kept_of_the_first_letters_of_a_name_finds_what_begins_so(names: list[str], wanted: str) -> None:
    folded = fold(wanted)
    begins = any(fold(name).startswith(folded) if folded else fold(name) == "" for name in names)
    assert found(patient(*names), ("name", escape(wanted) or "-")) is begins


@given(
    st.lists(st.text("ab", min_size=1, max_size=5), max_size=2),
    st.lists(st.sampled_from(["Gowa", "gowa", "Gowa Utara", "Góa", "Go+|wa", "-", "*"]), max_size=3),
    st.text("ab", min_size=1, max_size=5),
    st.sampled_from(["gowa", "GO", "gowa u", "go+|", "góa", "x", "-", "*"]),
)
def test_a_name_and_a_city_find_what_each_of_them_finds(
    names: list[str], cities: list[str], name: str, city: str
) -> None:
    resource = {**patient(*names), "address": [{"city": one} for one in cities]}
    each = [found(resource, one) for one in (("name", name), ("address-city", city))]
    assert found(resource, ("name", name), ("address-city", city)) is all(each)


@given(NAMES, NAMES)
def test_text_asks_for_whole_words_in_any_order(name: str, wanted: str) -> None:
    words = set(fold(wanted).split())
    expected = words <= set(fold(name).split()) if words else fold(name) == ""
    assert found(patient(name), ("family:text", escape(wanted))) is expected


@given(TEXTS.filter(lambda text: text.strip() != "" and fold(text) != ""), st.data())
def test_a_value_is_found_by_itself_and_by_what_it_begins_with(text: str, data: st.DataObject) -> None:
    end = data.draw(st.integers(1, len(text)))
    assert found(patient(text), ("family", escape(text)))
    assert found(patient(text), ("family:exact", escape(text)))
    start = unicodedata.normalize("NFC", text[:end])
    if fold(start):
        assert found(patient(text), ("family", escape(start)))


def test_a_long_value_counts_with_its_beginning() -> None:
    long = "ab " * LIMIT
    (entry,) = stored(patient(long))["index"]["family"]
    assert len(entry) <= 2 * LIMIT + 1
    assert found(patient(long), ("family", long[: LIMIT * 2]))
    assert found(patient(long), ("family:exact", long[: LIMIT + 50]))
    assert not found(patient("x" + long), ("family", long[: LIMIT * 2]))
