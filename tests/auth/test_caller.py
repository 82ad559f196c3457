"""Who a token's caller is: what the account, the policy, the launch and the scopes give together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from auth.caller import Caller, caller_of
from auth.models import Client, Grant, LaunchContext, LiveToken, Token
from auth.policy import Policy, load
from auth.users import Proxy, User

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
MAKASSAR = ZoneInfo("Asia/Makassar")
APP = Client("app", "Aplikasi", "none", ("authorization_code",), "user/*.cruds patient/*.cruds system/*.cruds")
SITI = User("siti", "pasien", "", "Patient/siti", acts_for=(Proxy("anak", date(2026, 11, 24)),))
DOCTOR = User("dr.ayu", "dokter", "", "Practitioner/ayu")


def live(scope: str, user: User | None, patient: str | None = None) -> LiveToken:
    later = NOW + timedelta(hours=1)
    name = user.username if user else None
    grant = Grant("g", "app", scope, NOW, later, name, context=LaunchContext(patient=patient))
    return LiveToken(Token("hash", "access", "g", "app", scope, NOW, later), grant)


def found(scope: str, user: User | None, patient: str | None = None, now: datetime = NOW) -> Caller | None:
    return caller_of(live(scope, user, patient), user, APP, policy=load(), now=now, zone=MAKASSAR)


def test_a_patient_reaches_the_own_record_and_that_of_whom_it_acts_for() -> None:
    caller = found("patient/*.rs openid", SITI, "siti")
    assert caller is not None
    assert (caller.subject, caller.person, caller.context, caller.client) == ("siti", "Patient/siti", "siti", "app")
    assert set(caller.patients or ()) == {"siti", "anak"}
    assert {str(scope) for scope in caller.scopes} == {"patient/*.rs"}


@pytest.mark.parametrize(("hours", "patients"), [(0, {"siti", "anak"}), (7.9, {"siti", "anak"}), (8.1, {"siti"})])
def test_acting_for_another_ends_with_its_last_day_here(hours: float, patients: set[str]) -> None:
    caller = found("user/*.rs", SITI, now=NOW + timedelta(hours=hours))
    assert caller is not None
    assert set(caller.patients or ()) == patients


def test_whom_a_doctor_treats_is_not_known_yet() -> None:
    caller = found("user/*.rs", DOCTOR)
    assert caller is not None
    assert caller.patients == frozenset()
    assert caller.role is not None
    assert caller.role.patients == "treated"


def test_a_system_acts_in_its_own_role() -> None:
    caller = found("system/*.rs user/*.rs", None)
    assert caller is not None
    assert (caller.subject, caller.person, caller.patients) == ("app", None, None)
    assert {str(scope) for scope in caller.scopes} == {"system/*.rs"}, "user/ means nobody here"


def test_a_person_has_nothing_of_a_systems() -> None:
    caller = found("system/*.cruds user/Patient.r", DOCTOR)
    assert caller is not None
    assert {str(scope) for scope in caller.scopes} == {"user/Patient.r"}


def test_who_is_nobody() -> None:
    assert found("user/*.rs", replace(DOCTOR, disabled=True)) is None
    assert caller_of(live("user/*.rs", SITI), DOCTOR, APP, policy=load(), now=NOW, zone=MAKASSAR) is None
    assert caller_of(live("user/*.rs", SITI), None, APP, policy=load(), now=NOW, zone=MAKASSAR) is None
    roles = {name: role for name, role in load().roles.items() if name != "dokter"}
    assert caller_of(live("user/*.rs", DOCTOR), DOCTOR, APP, policy=Policy(roles), now=NOW, zone=MAKASSAR) is None


def test_cursors_are_bound_to_the_caller_and_what_it_may() -> None:
    callers = [
        found("patient/*.rs", SITI, "siti"),
        found("patient/*.rs", SITI, "anak"),
        found("patient/*.r", SITI, "siti"),
        found("user/*.rs", DOCTOR),
        found("system/*.rs", None),
    ]
    assert len({caller.seal for caller in callers if caller}) == len(callers)
