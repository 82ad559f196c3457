"""Names of accounts, and whose records an account opens."""

from __future__ import annotations

from datetime import date

import pytest

from auth.users import Proxy, User, UserRefused, check, username_of


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("siti", "siti"),
        ("  Siti ", "siti"),
        ("Ｓｉｔｉ", "siti"),
        ("ſiti", "siti"),
        ("SITI@rsud.example", "siti@rsud.example"),
    ],
)
def test_a_name_is_meant_however_it_is_typed(typed: str, meant: str) -> None:
    assert username_of(typed) == meant


@pytest.mark.parametrize(
    "username", ["", "s", "siti rahma", "sìti", "-siti", "$ne", "a" * 65, "siti\n", "../x", "с\u0456t\u0456"]
)
def test_other_names_are_refused(username: str) -> None:
    with pytest.raises(UserRefused, match="user name"):
        check(username, None)


@pytest.mark.parametrize(
    "reference", ["", "Practitioner", "Practitioner/", "Organization/1", "Patient/a b", "Patient/1/2"]
)
def test_an_account_is_a_persons(reference: str) -> None:
    with pytest.raises(UserRefused, match="--fhir-user"):
        check("siti", reference)


def test_good_ones_pass() -> None:
    check("siti.rahma-2@rsud_x", "RelatedPerson/a.b-1")


def test_whose_records_an_account_opens() -> None:
    until = date(2026, 6, 30)
    proxy = User(
        "a", "wali", None, fhir_user="RelatedPerson/9", acts_for=(Proxy("1", until), Proxy("2", date(2027, 1, 1)))
    )
    assert proxy.patients(until) == ("1", "2")
    assert proxy.patients(date(2026, 7, 1)) == ("2",)
    patient = User("b", "pasien", None, fhir_user="Patient/7", acts_for=(Proxy("1", until),))
    assert patient.patients(until) == ("7", "1")
    assert User("c", "dokter", None, fhir_user="Practitioner/7").patients(until) == ()
    assert [User("x", role, None).is_staff for role in ("dokter", "it", "pasien", "wali")] == [True, True, False, False]
