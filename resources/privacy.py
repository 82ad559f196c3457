"""What patients decide about who may read their record, and how a decision lies in a Consent. Pure.

https://hl7.org/fhir/R4/consent.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, get_args

Choice = Literal["other-facilities", "satusehat", "research"]
CHOICES: tuple[Choice, ...] = get_args(Choice)

CATEGORY = "urn:rsud-fhir:privacy-choice"
ACTOR = "urn:rsud-fhir:privacy-actor"
"""The identifiers of actors that are no resource: any other facility, the national exchange, who has a link."""

SATUSEHAT = "https://satusehat.kemkes.go.id"
"""The policy of a Consent to what other facilities may read through the national exchange."""

SCOPE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]}
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
RECIPIENT = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}],
}
EMERGENCIES = ("BTG", "ETREAT")


def actor(name: str) -> dict[str, Any]:
    """Of a provision: whoever is meant by this name, which no resource has."""
    return {"role": RECIPIENT, "reference": {"identifier": {"system": ACTOR, "value": name}}}


def token(name: str) -> str:
    """The same as a caller is known by."""
    return f"{ACTOR}|{name}"


def category(name: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": CATEGORY, "code": name}]}]


def category_of(consent: Mapping[str, Any]) -> str:
    """The name of one of our own categories, or nothing."""
    codings = (row for concept in consent.get("category", ()) for row in concept.get("coding", ()))
    return next((str(row.get("code", "")) for row in codings if row.get("system") == CATEGORY), "")


def consent(
    choice: Choice, patient: str, *, allowed: bool, at: datetime, performer: Mapping[str, Any]
) -> dict[str, Any]:
    """The decision as a Consent. `patient`: an id; `performer`: a Reference to who decided.

    Each is limited to somebody or to some purpose, so that it never stands for an answer to anything else."""
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": SCOPE,
        "category": category(choice),
        "patient": {"reference": f"Patient/{patient}"},
        "dateTime": at.isoformat(timespec="seconds"),
        "performer": [dict(performer)],
        "policyRule": {"coding": [{"system": ACT_CODE, "code": "OPTIN" if allowed else "OPTOUT"}]},
        **({"policy": [{"uri": SATUSEHAT}]} if choice == "satusehat" else {}),
        "provision": {"type": "permit" if allowed else "deny", **_rule(choice, allowed)},
    }


def _rule(choice: Choice, allowed: bool) -> dict[str, Any]:
    if choice == "research":
        return {"purpose": _purposes("HRESCH")}
    if choice == "satusehat" or allowed:
        return {"actor": [actor(choice)]}
    return {"actor": [actor(choice)], "provision": [{"type": "permit", "purpose": _purposes(*EMERGENCIES)}]}


def _purposes(*codes: str) -> list[dict[str, str]]:
    return [{"system": ACT_REASON, "code": code} for code in codes]


def is_allowed(consent: Mapping[str, Any]) -> bool:
    """What was decided."""
    return bool(consent.get("provision", {}).get("type") == "permit")


def in_force(consents: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """By choice, the decision that holds: the latest of those that are active. What was never decided is not there."""
    found: dict[str, Mapping[str, Any]] = {}
    for one in sorted(consents, key=lambda one: str(one.get("dateTime", ""))):
        name = category_of(one)
        if one.get("status") == "active" and name in CHOICES:
            found[name] = one
    return found
