"""What consents keep from whom: the basic and intermediate cases of IHE Privacy Consent on FHIR, and exceptions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from auth.caller import Caller, Hidden
from auth.scopes import parse
from fhir_server.access import visible
from fhir_server.consent import EMERGENCY, MOST_RULES, Asking, kept_from, merged, restricts
from tests.callers import ANYTHING

Json = dict[str, Any]

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
MAKASSAR = ZoneInfo("Asia/Makassar")
PSYCHIATRY = "http://terminology.hl7.org/CodeSystem/v3-ActCode|PSY"
TYPES = "http://hl7.org/fhir/resource-types"


def consent(provision: Json | None, **more: Any) -> Json:
    row = {
        "resourceType": "Consent",
        "id": "1",
        "meta": {"lastUpdated": "2026-01-01T00:00:00Z"},
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"code": "59284-0"}]}],
        "patient": {"reference": "Patient/a"},
        "dateTime": "2026-01-01",
        **more,
    }
    return {**row, "provision": provision} if provision is not None else row


def who(*references: str) -> list[Json]:
    return [{"role": {"text": "x"}, "reference": {"reference": one}} for one in references]


def why(*codes: str) -> list[Json]:
    return [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": code} for code in codes]


def data(meaning: str, url: str) -> list[Json]:
    return [{"meaning": meaning, "reference": {"reference": url}}]


LABELLED = [{"system": PSYCHIATRY.partition("|")[0], "code": "PSY"}]
DENY: Json = {"type": "deny"}
NOTES = {"meaning": "instance", "reference": {"reference": "Observation/o"}}

CASES: dict[str, tuple[Json | None, bool]] = {
    "no rule": (None, True),
    "permit": ({"type": "permit"}, True),
    "permit for treatment": ({"type": "permit", "purpose": why("TREAT")}, True),
    "deny": (DENY, False),
    "deny to the one who asks": ({**DENY, "actor": who("Practitioner/p")}, False),
    "deny to the organization of who asks": ({**DENY, "actor": who("Organization/rs")}, False),
    "deny to another": ({**DENY, "actor": who("Practitioner/q")}, True),
    "deny for treatment": ({**DENY, "purpose": why("TREAT")}, False),
    "deny for research": ({**DENY, "purpose": why("HRESCH")}, True),
    "deny until yesterday": ({**DENY, "period": {"end": "2026-11-23"}}, True),
    "deny until today": ({**DENY, "period": {"end": "2026-11-24"}}, False),
    "deny from tomorrow": ({**DENY, "period": {"start": "2026-11-25"}}, True),
    "deny what was written in its time": ({**DENY, "dataPeriod": {"start": "2026-03-01", "end": "2026-03-31"}}, False),
    "deny what was written before": ({**DENY, "dataPeriod": {"end": "2026-02"}}, True),
    "deny one resource": ({**DENY, "data": data("instance", "Observation/o")}, False),
    "deny one other resource": ({**DENY, "data": data("instance", "Condition/o")}, True),
    "deny what an author wrote": ({**DENY, "data": data("authoredby", "Practitioner/p")}, False),
    "deny what another author wrote": ({**DENY, "data": data("authoredby", "Practitioner/q")}, True),
    "deny a visit": ({**DENY, "data": data("related", "Encounter/v")}, False),
    "deny another visit": ({**DENY, "data": data("dependents", "Encounter/w")}, True),
    "deny one resource or a visit": ({**DENY, "data": [NOTES, *data("related", "Encounter/w")]}, False),
    "deny what is labelled so": ({**DENY, "securityLabel": LABELLED}, False),
    "deny what is labelled otherwise": ({**DENY, "securityLabel": [{"system": "x", "code": "ETH"}]}, True),
    "deny a type": ({**DENY, "class": [{"system": TYPES, "code": "Observation"}]}, False),
    "deny another type": ({**DENY, "class": [{"system": TYPES, "code": "Condition"}]}, True),
    "deny what is labelled in another time": (
        {**DENY, "securityLabel": LABELLED, "dataPeriod": {"start": "2026-05"}},
        True,
    ),
    "deny what is not understood": ({**DENY, "code": [{"text": "HIV"}]}, False),
    "permit but deny the one": ({"type": "permit", "provision": [{**DENY, "actor": who("Practitioner/p")}]}, False),
    "permit but deny another": ({"type": "permit", "provision": [{**DENY, "actor": who("Practitioner/q")}]}, True),
    "permit but deny labels": ({"type": "permit", "provision": [{**DENY, "securityLabel": LABELLED}]}, False),
    "deny but permit the one": ({**DENY, "provision": [{"type": "permit", "actor": who("Practitioner/p")}]}, True),
    "deny but permit another": ({**DENY, "provision": [{"type": "permit", "actor": who("Practitioner/q")}]}, False),
    "deny but permit a type": (
        {**DENY, "provision": [{"type": "permit", "class": [{"system": TYPES, "code": "Observation"}]}]},
        True,
    ),
    "deny but permit another type": (
        {**DENY, "provision": [{"type": "permit", "class": [{"system": TYPES, "code": "Condition"}]}]},
        False,
    ),
    "deny but permit what is not understood": ({**DENY, "provision": [{"type": "permit", "code": [{}]}]}, False),
    "only in an emergency": ({**DENY, "provision": [{"type": "permit", "purpose": why("BTG")}]}, False),
}
DOCUMENT: Json = {
    "_id": "o",
    "updated": datetime(2026, 3, 15, tzinfo=UTC),
    "compartments": {"Patient": ["a"], "Practitioner": ["p"], "Encounter": ["v"]},
    "labels": {"_security": [PSYCHIATRY]},
}


def asking(*purposes: str) -> Asking:
    people = frozenset({"Practitioner/p", "PractitionerRole/r", "Organization/rs"})
    return Asking(people, frozenset(purposes or ("TREAT",)), NOW, MAKASSAR)


def is_seen(hidden: frozenset[Hidden], document: Json = DOCUMENT, type: str = "Observation") -> bool:
    caller = Caller("p", parse("user/*.rs"), ANYTHING, patients=None, hidden=hidden)
    return visible(caller, type).allows(document)


@pytest.mark.parametrize("case", CASES)
def test_the_cases(case: str) -> None:
    provision, seen = CASES[case]
    hidden = merged(kept_from(asking(), "a", [consent(provision)]))
    assert is_seen(hidden) is seen
    of_another = {**DOCUMENT, "compartments": {"Patient": ["b"], "Practitioner": ["p"], "Encounter": ["v"]}}
    assert is_seen(hidden, of_another), "nobody else is kept away"
    if not seen:
        assert restricts(consent(provision))


def test_in_an_emergency_counts_what_the_patient_said_for_it() -> None:
    only = consent(CASES["only in an emergency"][0])
    assert is_seen(merged(kept_from(asking(*EMERGENCY), "a", [only])))
    assert not is_seen(merged(kept_from(asking(*EMERGENCY), "a", [consent(DENY)])))


@pytest.mark.parametrize("more", [{"status": "inactive"}, {"status": "draft"}, {"status": "entered-in-error"}])
def test_what_is_not_in_force_counts_for_nothing(more: Json) -> None:
    assert list(kept_from(asking(), "a", [consent(DENY, **more)])) == []


def test_a_consent_to_something_else_keeps_nothing() -> None:
    assert list(kept_from(asking(), "a", [consent(DENY, scope={"coding": [{"code": "research"}]})])) == []


@pytest.mark.parametrize(
    ("deny", "permit", "seen"), [("2026-02-01", "2026-03-01", True), ("2026-03-01", "2026-02-01", False)]
)
def test_the_latest_of_a_category_counts(deny: str, permit: str, seen: bool) -> None:
    both = [consent(DENY, dateTime=deny), consent({"type": "permit"}, dateTime=permit)]
    for order in (both, both[::-1]):
        assert is_seen(merged(kept_from(asking(), "a", order))) is seen


def test_consents_of_several_categories_all_count() -> None:
    other = consent({"type": "permit"}, dateTime="2026-06-01", category=[{"coding": [{"code": "x"}]}])
    assert not is_seen(merged(kept_from(asking(), "a", [consent(DENY), other])))


def test_what_is_hidden_of_many_is_one_condition() -> None:
    hidden = merged([one for patient in "abc" for one in kept_from(asking(), patient, [consent(DENY)])])
    assert hidden == {Hidden(frozenset("abc"))}


def test_of_too_many_different_rules_all_is_hidden() -> None:
    """A search could not go through them all; rather too little is seen than too much."""
    rules = [
        Hidden(frozenset({f"p{number}"}), ids=frozenset({f"Observation/{number}"})) for number in range(MOST_RULES)
    ]
    assert len(merged(rules)) == MOST_RULES
    assert merged([*rules, Hidden(frozenset({"a"}), types=frozenset({"Condition"}))]) == {
        Hidden(frozenset({"a", *(f"p{number}" for number in range(MOST_RULES))}))
    }
