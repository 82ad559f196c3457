"""What a patient's consents keep from a caller. https://hl7.org/fhir/R4/consent.html

The basic and intermediate rules of IHE Privacy Consent on FHIR: who, why, when, which data. Without a consent the
record is open to who has the right to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from auth.caller import Hidden
from fhir_server.messages import Resource
from fhir_server.search.kinds.date import MILLISECOND, interval

Provision = Mapping[str, Any]

RESTRICTS = "restricts"
"""The label of a Consent that keeps something from somebody, so that it is found quickly."""

PRIVACY = "patient-privacy"
TYPES = "http://hl7.org/fhir/resource-types"
EMERGENCY = frozenset({"BTG", "ETREAT"})
"""Purposes of whoever opens a record in an emergency."""

MOST_RULES = 500


@dataclass(frozen=True, slots=True)
class Asking:
    """Who wants to see the record of a patient: `people`: their resources and organizations, as Type/id, and what else
    they are known by, as system|value; `purposes`: codes of PurposeOfUse, any of which they have; `at`: when."""

    people: frozenset[str]
    purposes: frozenset[str]
    at: datetime
    zone: ZoneInfo


def restricts(consent: Resource) -> bool:
    """Whether it keeps anything from anybody."""
    return _denies(consent.get("provision") or {})


def _denies(provision: Provision) -> bool:
    return provision.get("type") == "deny" or any(_denies(inner) for inner in provision.get("provision", ()))


def kept_from(asking: Asking, patient: str, consents: Iterable[Resource]) -> Iterator[Hidden]:
    """What one patient's consents hide. Of each category the latest counts."""
    latest: dict[frozenset[str], tuple[str, Resource]] = {}
    for consent in consents:
        if consent.get("status") != "active" or PRIVACY not in _codes([consent.get("scope", {})]):
            continue
        category = frozenset(_codes(consent.get("category", ())))
        when = str(consent.get("dateTime") or consent["meta"]["lastUpdated"])
        if category not in latest or when >= latest[category][0]:
            latest[category] = when, consent
    for _, consent in latest.values():
        yield from _hidden(asking, patient, consent.get("provision") or {})


def _hidden(asking: Asking, patient: str, provision: Provision) -> Iterator[Hidden]:
    """A rule that does not concern who asks has no exceptions either."""
    if not _concerns(asking, provision):
        return
    inner = provision.get("provision", ())
    if provision.get("type") != "deny":
        for one in inner:
            yield from _hidden(asking, patient, one)
        return
    exceptions = [one for one in inner if one.get("type") == "permit" and _concerns(asking, one)]
    opened = [_what(asking, patient, one) for one in exceptions if not one.get("code")]
    if Hidden(frozenset({patient})) not in opened:
        yield replace(_what(asking, patient, provision), unless=frozenset(opened))


def _concerns(asking: Asking, provision: Provision) -> bool:
    actors = {_actor(actor.get("reference")) for actor in provision.get("actor", ())}
    purposes = {coding.get("code") for coding in provision.get("purpose", ())}
    since, until = _period(asking, provision.get("period"))
    return (
        (not actors or not asking.people.isdisjoint(actors))
        and (not purposes or not asking.purposes.isdisjoint(purposes))
        and (since is None or since <= asking.at)
        and (until is None or asking.at < until)
    )


def _what(asking: Asking, patient: str, provision: Provision) -> Hidden:
    """Which data a rule is about. What is not understood of a rule (code) is left out: a denial is wider for it."""
    since, until = _period(asking, provision.get("dataPeriod"))
    ids, people = set(), set()
    for row in provision.get("data", ()):
        url = _url(row.get("reference"))
        if row.get("meaning") == "instance":
            ids.add(url)
        elif row.get("meaning") == "authoredby":
            people.add(url)
        else:
            ids.add(url)
            people.add(url)
    return Hidden(
        frozenset({patient}),
        types=frozenset(row["code"] for row in provision.get("class", ()) if row.get("system") == TYPES),
        labels=frozenset(f"{row.get('system')}|{row.get('code')}" for row in provision.get("securityLabel", ())),
        ids=frozenset(ids),
        people=frozenset(people),
        since=since,
        until=until,
    )


def _period(asking: Asking, period: Provision | None) -> tuple[datetime | None, datetime | None]:
    """From a moment on, and before a moment: the last day counts as a whole."""
    start, end = ((period or {}).get(name) for name in ("start", "end"))
    since = interval(start, asking.zone) if isinstance(start, str) else None
    until = interval(end, asking.zone) if isinstance(end, str) else None
    return since and since[0], until and until[1] + MILLISECOND


def merged(hidden: Iterable[Hidden]) -> frozenset[Hidden]:
    """The same, where what is hidden of several patients alike is told once. Where the rules are too many for a search
    to go through, all that these patients have is hidden."""
    alike: dict[Hidden, set[str]] = {}
    kept: set[Hidden] = set()
    for one in hidden:
        if one.unless:
            kept.add(one)
        else:
            alike.setdefault(replace(one, patients=frozenset()), set()).update(one.patients)
    found = frozenset(kept | {replace(one, patients=frozenset(patients)) for one, patients in alike.items()})
    if len(found) <= MOST_RULES:
        return found
    return frozenset({Hidden(frozenset(patient for one in found for patient in one.patients))})


def _codes(concepts: Iterable[Provision]) -> Iterator[str]:
    for concept in concepts:
        for coding in concept.get("coding", ()):
            if isinstance(coding.get("code"), str):
                yield coding["code"]


def _actor(reference: Any) -> str:
    """Type/id; of who has no resource the identifier, as system|value."""
    named = reference.get("identifier") if isinstance(reference, dict) else None
    by_identifier = f"{named.get('system')}|{named.get('value')}" if isinstance(named, dict) else ""
    return _url(reference) or by_identifier


def _url(reference: Any) -> str:
    url = reference.get("reference") if isinstance(reference, dict) else None
    return "/".join(url.split("/")[-2:]) if isinstance(url, str) else ""
