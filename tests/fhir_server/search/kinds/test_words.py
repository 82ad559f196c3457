"""Words of resources: https://hl7.org/fhir/R4/search.html#content"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from fhir_server.search.escapes import escape
from fhir_server.search.kinds import words
from fhir_server.search.kinds.string import fold
from tests.fhir_server.search.stored import filter_of, found, stored

DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p class="x">Gula&#160;darah <b>ting</b>gi &amp; se\u0301hat</p></div>'
CONDITION: Resource = {
    "resourceType": "Condition",
    "id": "kondisi1",
    "meta": {"profile": ["http://example.org/profil"], "tag": [{"display": "Penanda"}]},
    "text": {"status": "generated", "div": DIV},
    "code": {"coding": [{"system": "urn:icd", "code": "E11", "display": "Diabetes Melitus Tipe-2"}]},
    "note": [{"text": "Pasien *mengeluh* haus."}],
    "subject": {"reference": "Patient/pasien1", "display": "Siti Contoh"},
    "identifier": [{"system": "urn:x", "value": "pengenal"}],
    "recordedDate": "2024-03-01",
    "extension": [{"url": "urn:x", "valueString": "lanjutan"}],
    "contained": [{"resourceType": "Practitioner", "id": "c", "name": [{"text": "Dokter Rekaan"}]}],
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("diabetes", True),
        ("DIABETES melitus", True),
        ("tipe 2", True),
        ("haus diabetes", True),
        ("haus lapar", False),
        ("lapar or haus", True),
        ("lapar OR kenyang", False),
        ("lapar or haus diabetes", True),
        ("haus and diabetes", True),
        ('"diabetes melitus"', True),
        ("mengeluh", True),
        ("diab", False),
        ("gula", True),
        ("sehat", True),
        ("penanda", True),
        ("lanjutan", True),
        ("rekaan", True),
        ("siti", True),
        ("E11", False),
        ("pasien1", False),
        ("kondisi1", False),
        ("generated", False),
        ("pengenal", False),
        ("profil", False),
        ("xhtml", False),
        ("x", False),
        ("lapar,haus", True),
    ],
)
def test_the_words_of_a_whole_resource(value: str, expected: bool) -> None:
    assert found(CONDITION, ("_content", value)) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("gula", True), ("gula darah", True), ("gula or haus", True), ("haus", False), ("gula haus", False), ("p", False)],
)
def test_the_words_of_the_narrative(value: str, expected: bool) -> None:
    assert found(CONDITION, ("_text", value)) is expected
    assert not found({**CONDITION, "text": {"status": "empty"}}, ("_text", value))


def test_tags_part_words() -> None:
    assert words.plain("a<br/>b &lt;c&gt;").split() == ["a", "b", "<c>"]


def test_what_has_no_words_stores_none() -> None:
    assert stored({"resourceType": "Slot", "status": "free", "start": "2024-03-01"})["search"] == {}
    assert "narrative" not in stored({"resourceType": "Patient", "name": [{"text": "x"}]})["search"]


@pytest.mark.parametrize("code", ["_content", "_text"])
@pytest.mark.parametrize("value", ["...", "a or ...", "a " * 60, r"\,"])
def test_what_has_no_words_or_too_many_is_refused(code: str, value: str) -> None:
    with pytest.raises(InvalidParameter):
        filter_of("Condition", (code, value))


@pytest.mark.parametrize("modifier", ["missing", "not", "exact", "contains"])
def test_no_modifiers(modifier: str) -> None:
    with pytest.raises(InvalidParameter):
        filter_of("Condition", (f"_content:{modifier}", "true"))


def test_many_and_long_words_are_bounded() -> None:
    note = " ".join(f"kata{number}" for number in range(5_000)) + " " + "z" * 5_000
    found_words = words.index({"resourceType": "Condition", "note": [{"text": note}]})["words"]
    assert len(found_words) == words.MOST_WORDS
    assert words.words("z" * 100) == ("z" * words.MOST_LETTERS,)
    assert found({"resourceType": "Condition", "note": [{"text": "z" * 100}]}, ("_content", "z" * 90))


TEXTS = st.text(st.sampled_from("aAá b-'\"or"), max_size=10)


@given(st.lists(TEXTS, max_size=3), st.lists(TEXTS.filter(lambda text: bool(fold(text))), min_size=1, max_size=2))
def test_words_agree_with_plain_python(notes: list[str], asked: list[str]) -> None:
    resource: dict[str, Any] = {"resourceType": "Condition", "note": [{"text": note} for note in notes]}
    there = {word for note in notes for word in fold(note).split()}
    wanted = [[word for word in fold(one).split() if word != "or"] for one in asked]
    if all(wanted):
        text = " or ".join(" ".join(one) for one in wanted)
        assert found(resource, ("_content", escape(text))) is any(there >= set(one) for one in wanted)
