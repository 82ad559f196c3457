"""Families: the same person for the same number, and numbers that nobody can have."""

from collections import Counter
from datetime import date, timedelta

import pytest

from seed.areas import areas
from seed.names import INVENTED
from seed.people import Person, citizen_number, fit, household, person


@pytest.fixture(scope="module")
def people(today: date) -> list[Person]:
    return [person(number, 5, today) for number in range(1, 1001)]


def test_numbers_follow_each_other(people: list[Person]) -> None:
    assert [someone.number for someone in people] == list(range(1, 1001))


def test_another_seed_makes_other_people(today: date, people: list[Person]) -> None:
    other = [person(number, 6, today) for number in range(1, 101)]
    assert sum(one.name == two.name for one, two in zip(other, people, strict=False)) < 30


def test_every_number_identifies_one_person(people: list[Person]) -> None:
    for numbers in (
        [someone.nik for someone in people if someone.nik],
        [someone.bpjs for someone in people if someone.bpjs],
        [someone.mrn for someone in people],
    ):
        assert len(set(numbers)) == len(numbers)
        assert len(numbers) > 700


def test_a_nik_has_the_shape_but_cannot_be_real(people: list[Person]) -> None:
    for someone in people:
        if someone.nik is None:
            continue
        assert len(someone.nik) == 16
        assert someone.nik.isdigit()
        assert someone.nik[:4] == someone.home.area.code[:4]
        assert int(someone.nik[4:6]) >= 90
        day = int(someone.nik[6:8]) - (40 if someone.gender == "female" else 0)
        assert (day, someone.nik[8:12]) == (someone.born.day, f"{someone.born:%m%y}")
        assert int(someone.nik[12:]) >= 9000


def test_niks_stay_apart_when_all_else_is_equal() -> None:
    area, today = areas()["64.02"][0], date(2026, 6, 15)
    numbers = [*range(1, 3000), *range(28_000, 30_000), *range(100_000, 102_000), *range(278_000, 280_001)]
    niks = {citizen_number(n, area, fit(n, date(1990, 1, 1), today), "male") for n in numbers}
    assert len(niks) == len(numbers)


def test_other_numbers_are_invented_too(people: list[Person]) -> None:
    for someone in people:
        assert someone.phone.startswith("+62840")
        assert someone.bpjs is None or (someone.bpjs.startswith("00099") and len(someone.bpjs) == 13)
        assert len(someone.mrn) == 6


def test_names_are_single_or_invented(people: list[Person]) -> None:
    single = [someone for someone in people if " " not in someone.name.text]
    assert 60 < len(single) < 300
    for someone in people:
        if " " in someone.name.text:
            assert someone.name.text.startswith("Bayi Ny. ") or someone.name.text.split()[-1] in INVENTED


def test_families_share_card_and_address(today: date) -> None:
    family = household(1, 5, 5, today)
    assert len({someone.kk for someone in family}) == 1
    assert len({(someone.home.line, someone.home.area) for someone in family}) == 1
    assert [someone.role for someone in family] == ["spouse", "spouse", "child", "child", "elder"]


def test_mothers_are_of_an_age_to_be(people: list[Person]) -> None:
    mothers = [(someone.mother, someone) for someone in people if someone.mother]
    assert len(mothers) > 150
    for mother, child in mothers:
        assert 18 <= mother.age(child.born) <= 42
        assert mother.gender == "female"
        assert mother.kk == child.kk


def test_newborns_are_called_after_their_mother_and_have_no_nik(people: list[Person], today: date) -> None:
    newborns = [someone for someone in people if someone.name.text.startswith("Bayi Ny. ")]
    assert newborns
    for baby in newborns:
        assert baby.mother is not None
        assert baby.name.text == f"Bayi Ny. {baby.mother.name.text}"
        assert (baby.nik, baby.bpjs) == (None, None)
        assert baby.born > today - timedelta(days=60)


def test_nobody_is_born_tomorrow_or_dies_young(people: list[Person], today: date) -> None:
    dead = [someone for someone in people if someone.died]
    assert dead
    for someone in people:
        assert date(1920, 1, 1) < someone.born <= today - timedelta(days=6)
        if someone.died:
            assert someone.age(someone.died.date()) >= 55
            assert someone.died.date() < today


def test_all_kinds_of_household_are_there(people: list[Person]) -> None:
    roles = Counter(someone.role for someone in people)
    assert min(roles[role] for role in ("single", "spouse", "child", "elder")) > 20
    assert {someone.married for someone in people} == set("SMDW")


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2000, 6, 15), date(2026, 6, 14), 25),
        (date(2000, 6, 15), date(2026, 6, 15), 26),
        (date(2026, 6, 1), date(2026, 6, 15), 0),
    ],
)
def test_age(people: list[Person], born: date, day: date, age: int) -> None:
    from dataclasses import replace

    assert replace(people[0], born=born).age(day) == age
