"""Patients in the shape that SATUSEHAT asks for."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from resources.registry import validate
from resources.systems import KK, NIK, NIK_OF_MOTHER
from seed.patients import BPJS, coverage, parents, patient
from seed.people import Person, person


@pytest.fixture(scope="module")
def people(today: date) -> list[Person]:
    return [person(number, 1, today) for number in range(1, 301)]


def systems(resource: dict[str, Any]) -> dict[str, str]:
    return {identifier["system"]: identifier["value"] for identifier in resource["identifier"]}


def test_the_name_has_always_a_text_and_not_always_parts(people: list[Person], today: date) -> None:
    names = [patient(someone, today)["name"][0] for someone in people]
    assert all(name["text"] for name in names)
    assert 50 < sum("family" in name for name in names) < 250
    for name in names:
        if "family" in name:
            assert name["text"] == " ".join([*name["given"], name["family"]])


def test_a_newborn_is_known_by_the_mothers_number(people: list[Person], today: date) -> None:
    newborns = [someone for someone in people if someone.nik is None]
    assert newborns
    for baby in newborns:
        found = systems(patient(baby, today))
        assert baby.mother is not None
        assert found[NIK_OF_MOTHER] == baby.mother.nik
        assert NIK not in found
        assert found[KK] == baby.mother.kk


def test_most_are_insured(people: list[Person], today: date) -> None:
    insured = [someone for someone in people if BPJS in systems(patient(someone, today))]
    assert 200 < len(insured) < 295
    member = coverage(insured[0], {"reference": "Patient/x"})
    assert member["subscriberId"] == insured[0].bpjs


def test_children_have_parents_and_nobody_else(people: list[Person]) -> None:
    for someone in people:
        related = parents(someone, {"reference": "Patient/x"})
        roles = [one["relationship"][0]["coding"][0]["code"] for one in related]
        assert roles == (["MTH", "FTH"] if someone.role == "child" else [])


def test_the_dead_have_a_date_instead_of_a_flag(people: list[Person], today: date) -> None:
    for someone in people:
        resource = patient(someone, today)
        assert ("deceasedDateTime" in resource) == (someone.died is not None)
        assert ("deceasedBoolean" in resource) != ("deceasedDateTime" in resource)


def test_extensions_tell_birth_place_and_citizenship(people: list[Person], today: date) -> None:
    urls = Counter(extension["url"].rsplit("/", 1)[-1] for extension in patient(people[0], today)["extension"])
    assert urls == {"birthPlace": 1, "citizenshipStatus": 1}


def test_the_numbers_agree_with_birth_date_and_sex(people: list[Person], today: date) -> None:
    for someone in people:
        doubts = [issue for issue in validate(patient(someone, today)) if "identifier" in issue.expression]
        assert doubts == []
