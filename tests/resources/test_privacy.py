"""What patients decide, as a Consent: valid, and limited so that it answers no other question."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fhir_server.consent import restricts
from resources.privacy import CHOICES, Choice, category_of, consent, in_force, is_allowed
from resources.registry import validate

AT = datetime(2026, 11, 24, 1, tzinfo=UTC)
PERFORMER = {"reference": "Patient/a"}


def decision(choice: Choice, allowed: bool, **more: Any) -> dict[str, Any]:
    return {**consent(choice, "a", allowed=allowed, at=AT, performer=PERFORMER), **more}


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("allowed", [True, False])
def test_a_decision_is_a_valid_consent_and_reads_as_it_was_made(choice: Choice, allowed: bool) -> None:
    made = decision(choice, allowed)
    assert [issue for issue in validate(made) if issue.severity != "warning"] == []
    assert (category_of(made), is_allowed(made)) == (choice, allowed)
    assert restricts(made) is not allowed
    rule = made["provision"]
    assert rule.get("actor") or rule.get("purpose")


def test_the_latest_that_is_active_holds() -> None:
    rows = [
        decision("research", True, dateTime="2026-01-02T00:00:00Z", id="2"),
        decision("research", False, dateTime="2026-01-01T00:00:00Z", id="1"),
        decision("research", False, dateTime="2026-01-03T00:00:00Z", id="3", status="inactive"),
        decision("satusehat", False, id="4"),
        {"resourceType": "Consent", "status": "active", "category": [{"text": "umum"}]},
    ]
    assert {name: one["id"] for name, one in in_force(rows).items()} == {"research": "2", "satusehat": "4"}
