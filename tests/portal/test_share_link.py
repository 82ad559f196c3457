"""A link to a summary as a Consent: valid, of few words about its secret, and without effect on what others may see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fhir_server.access import may_see
from fhir_server.consent import kept_from, merged, restricts
from portal.share_link import (
    SECRET,
    SEEN,
    ShareLink,
    caller_of,
    fits,
    id_of,
    link,
    open_links,
    read,
    secret_of,
    write,
)
from resources.definitions.structure import resource_types
from resources.operated import is_operated
from resources.privacy import in_force
from resources.registry import validate
from tests.exports.documents.test_persetujuan_umum import GROWN, choices, with_consents
from tests.fhir_server.test_consent import DENY, asking, consent, is_seen

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
SESSION, KEY = "sesi", "kunci"
ONE = link(secret_of(SESSION, KEY), "a", NOW, timedelta(hours=1))


def lying(one: ShareLink = ONE, **more: Any) -> dict[str, Any]:
    return {**write(one, {"reference": "Patient/a"}), "id": one.id, **more}


def test_it_is_a_valid_consent_and_reads_as_it_was_written() -> None:
    assert [issue for issue in validate(lying()) if issue.severity != "warning"] == []
    assert read(lying()) == ONE
    assert is_operated(lying())
    assert read({"resourceType": "Consent", "status": "active"}) is None


def test_the_secret_is_strong_and_stands_nowhere() -> None:
    secret = secret_of(SESSION, KEY)
    assert SECRET.fullmatch(secret)
    assert secret not in str(lying())
    assert len({secret, secret_of("lain", KEY), secret_of(SESSION, "lain")}) == 3
    assert len({id_of(secret), ONE.hash[:40]}) == 2
    assert fits(ONE, secret)
    assert not fits(ONE, secret_of("lain", KEY))


@pytest.mark.parametrize(("seconds", "good"), [(-1, False), (0, True), (3599, True), (3600, False)])
def test_it_is_good_for_its_time(seconds: int, good: bool) -> None:
    assert ONE.is_open(NOW + timedelta(seconds=seconds)) is good
    assert bool(open_links([lying()], NOW + timedelta(seconds=seconds))) is good
    assert open_links([lying(status="inactive")], NOW + timedelta(seconds=seconds)) == []


@pytest.mark.parametrize("denied", [True, False])
def test_it_neither_widens_nor_narrows_what_others_may_see(denied: bool) -> None:
    """Whatever else was decided, earlier or later."""
    assert not restricts(lying())
    others = [consent(DENY, dateTime=day) for day in ("2026-01-01", "2026-12-01")] if denied else []
    for of_others in (others, others[:1], others[1:]):
        for row in (lying(), lying(dateTime="2027-01-01T00:00:00Z")):
            with_it, without = ([*of_others, row], of_others)
            hidden = [merged(kept_from(asking(), "a", rows)) for rows in (with_it, without)]
            assert hidden[0] == hidden[1]
            assert is_seen(hidden[0]) is not bool(of_others)
    assert in_force([lying()]) == {}


def test_it_answers_no_question_of_the_general_consent() -> None:
    assert set(choices(with_consents({**lying(), "patient": {"reference": GROWN}})).values()) == {""}


def test_who_has_it_sees_what_is_in_a_summary_of_one_patient_and_writes_nothing() -> None:
    caller = caller_of(ONE)
    assert {type for type in resource_types() if may_see(caller, type, "s")} == set(SEEN)
    assert caller.patients == frozenset({"a"})
    assert (caller.subject, caller.context, caller.purpose) == (f"share:{ONE.id}", "a", "PATRQT")
    assert all(not set("cud") & set(letters) for _, letters in caller.role.rights) if caller.role else False
