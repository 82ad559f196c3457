"""Who decides for a patient, and the boxes to tick."""

from __future__ import annotations

import pytest

from exports.documents import consents
from exports.making import Making
from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.documents.pages import asked, changed, without

BABY, GROWN = "Patient/pasien-000005", "Patient/pasien-000006"
MOTHER = "RelatedPerson/keluarga-000005-mth"


def making(patient: str = BABY) -> Making:
    return charts.making(charts.chart(int(patient[-6:]), patient))


def test_a_grown_patient_decides_alone() -> None:
    found = consents.decider(making(GROWN))
    assert (found.name, found.relation) == ("Jamilah Bengkirai", "Diri sendiri")


def test_for_a_child_a_relative_does() -> None:
    found = consents.decider(making())
    assert (found.name, found.relation) == ("Sabran Enggang", "Ayah")


@pytest.mark.parametrize(("born", "relation"), [("2008-11-24", "Diri sendiri"), ("2008-11-25", "Ayah"), (None, "Ayah")])
def test_of_age_is_eighteen_on_the_day_of_the_form(born: str | None, relation: str) -> None:
    assert consents.decider(changed(making(), BABY, birthDate=born)).relation == relation


@pytest.mark.parametrize("by", ["keluarga-000005-mth", MOTHER])
def test_somebody_else_is_asked_for_by_id(by: str) -> None:
    found = consents.decider(asked(making(), by=by))
    assert (found.name, found.relation) == ("Sabariah Tengkawang", "Ibu")


def test_a_young_patient_may_be_asked_for() -> None:
    assert consents.decider(asked(making(), by="self")).name == "Aqila Tanjung"


@pytest.mark.parametrize("by", ["", "Self", "keluarga-000004-mth", "pasien-000005"])
def test_somebody_unknown_is_refused(by: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        consents.decider(asked(making(), by=by))
    assert refused.value.issues[0].expression == "by"


def test_relatives_of_others_and_those_who_are_none_any_more_are_left_out() -> None:
    of = making()
    for name in [one for one in of.chart.resources if one.startswith("RelatedPerson/") and one != MOTHER]:
        of = changed(of, name, active=False)
    stranger = changed(of, MOTHER, patient={"reference": GROWN})
    assert consents.decider(of).relation == "Ibu"
    assert consents.decider(stranger) == consents.Decider(None)


def test_where_nobody_is_known_all_is_written_by_hand() -> None:
    of = without(making(), "RelatedPerson")
    found = consents.decider(of)
    assert (found.name, {value for _, value in consents.who_decides(of, found)}) == ("", {""})


def test_what_is_known_of_who_decides_stands_there() -> None:
    rows = dict(consents.who_decides(making(), consents.decider(making())))
    assert rows == {
        "Nama": "Sabran Enggang",
        "Tanggal lahir (umur)": "",
        "Jenis kelamin": "Laki-laki",
        "Alamat": "Jl. Enggang No. 10, RT 019/RW 007, Kec. Muara Badak, Kutai Kartanegara, Kalimantan Timur 75382",
        "No. telepon": "+6284000000002",
        "Hubungan dengan pasien": "Ayah",
    }


@pytest.mark.parametrize(
    ("relationship", "words"),
    [
        ([], ""),
        ([{"coding": [{"code": "WIFE"}]}], "Istri"),
        ([{"coding": [{"code": "X"}, {"code": "GUARD"}]}], "Wali"),
        ([{"coding": [{"code": "NBOR"}], "text": "Tetangga"}], "Tetangga"),
    ],
)
def test_relations_are_words(relationship: list[Resource], words: str) -> None:
    assert consents.relation({"relationship": relationship}) == words


@pytest.mark.parametrize(("chosen", "marks"), [(True, "☑☐"), (False, "☐☑"), (None, "☐☐")])
def test_at_most_one_box_is_ticked(chosen: bool | None, marks: str) -> None:
    shown = consents.choice(chosen, "Setuju", "Tidak setuju")
    assert "".join(sign for sign in shown if sign in "☑☐") == marks
    assert " ".join(shown.split()) == f"{marks[0]} Setuju {marks[1]} Tidak setuju"
