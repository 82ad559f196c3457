"""A random hospital in which the searches of the tests look around: all persons are invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any

from tests.journeys.search_model.dice import BIRTHS, FAMILIES, GIVENS, UCUM, Dice, Json, without_nothing

SIZES = {
    "Organization": 12,
    "Location": 15,
    "Practitioner": 15,
    "Group": 3,
    "Patient": 60,
    "Encounter": 60,
    "Condition": 50,
    "Observation": 110,
    "Appointment": 40,
    "MedicationRequest": 40,
    "RiskAssessment": 25,
    "ChargeItem": 30,
    "CarePlan": 15,
}
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def names(type: str) -> list[str]:
    """Resources of several types share their ids, so that nobody takes one for the other unseen."""
    return [f"{type}/nomor-{number}" for number in range(SIZES[type])]


def population(seed: int) -> list[Json]:
    """Every resource has a stated id; none but its references depends on another."""
    dice = Dice(Random(seed))
    found = []
    for type in SIZES:
        for name in names(type):
            own = {
                "resourceType": type,
                "id": name.partition("/")[2],
                "meta": dice.meta() if dice.happens(0.3) else None,
            }
            found.append(without_nothing({**own, **MAKERS[type](dice)}))
    return found


def _person(dice: Dice) -> Json:
    return {
        "identifier": [dice.identifier() for _ in range(dice.one((0, 1, 1, 2)))],
        "active": dice.perhaps(dice.happens(0.7), 0.8),
        "name": [dice.name() for _ in range(dice.one((0, 1, 1, 1, 2, 3)))],
        "telecom": [dice.contact() for _ in range(dice.one((0, 1, 2)))],
        "gender": dice.perhaps(dice.one(("male", "female", "unknown")), 0.9),
        "birthDate": dice.perhaps(dice.one(BIRTHS), 0.9),
        "address": [dice.address() for _ in range(dice.one((0, 1, 1, 2)))],
    }


def _patient(dice: Dice) -> Json:
    dead = dice.either(
        {}, {}, {}, {"deceasedBoolean": True}, {"deceasedBoolean": False}, {"deceasedDateTime": dice.date_time()}
    )
    return {
        **_person(dice),
        **dead,
        "communication": [{"language": dice.concept()}] if dice.happens(0.3) else [],
        "generalPractitioner": [
            dice.reference(*names("Practitioner"), *names("Organization")) for _ in range(dice.one((0, 1, 1, 2)))
        ],
        "managingOrganization": dice.perhaps(dice.reference(*names("Organization")), 0.8),
        "link": [{"other": dice.reference(*names("Patient")), "type": "seealso"}] if dice.happens(0.2) else [],
    }


def _practitioner(dice: Dice) -> Json:
    return {**_person(dice), "communication": [dice.concept()] if dice.happens(0.3) else []}


def _organization(dice: Dice) -> Json:
    return {
        "name": f"RS {dice.one(FAMILIES)}",
        "alias": dice.some(FAMILIES, 2),
        "active": dice.perhaps(dice.happens(0.7)),
        "identifier": [dice.identifier()] if dice.happens(0.4) else [],
        "type": [dice.concept()] if dice.happens(0.6) else [],
        "address": [dice.address("work", "temp") for _ in range(dice.one((0, 1, 2)))],
        "partOf": dice.perhaps(dice.reference(*names("Organization")), 0.6),
    }


def _location(dice: Dice) -> Json:
    return {
        "name": dice.perhaps(f"Ruang {dice.one(GIVENS)}", 0.8),
        "alias": dice.some(GIVENS, 2),
        "status": dice.perhaps(dice.one(("active", "inactive"))),
        "operationalStatus": dice.perhaps(dice.coding(), 0.4),
        "identifier": [dice.identifier()] if dice.happens(0.4) else [],
        "type": [dice.concept()] if dice.happens(0.6) else [],
        "address": dice.perhaps(dice.address()),
        "managingOrganization": dice.perhaps(dice.reference(*names("Organization")), 0.7),
        "partOf": dice.perhaps(dice.reference(*names("Location")), 0.5),
    }


def _group(dice: Dice) -> Json:
    return {"type": "person", "actual": True}


def _subject(dice: Dice, chance: float = 1) -> Json:
    subject = dice.reference(*names("Group")) if dice.happens(0.1) else dice.reference(*names("Patient"))
    return {
        "identifier": [dice.identifier()] if dice.happens(0.3) else [],
        "subject": subject if dice.happens(chance) else None,
        "encounter": dice.perhaps(dice.reference(*names("Encounter")), 0.6),
    }


def _encounter(dice: Dice) -> Json:
    people = [*names("Practitioner")]
    return {
        **_subject(dice, 0.9),
        "encounter": None,
        "status": dice.one(("planned", "arrived", "in-progress", "finished", "cancelled")),
        "class": dice.coding(),
        "type": [dice.concept()] if dice.happens(0.4) else [],
        "period": dice.perhaps(dice.period(), 0.8),
        "length": dice.perhaps(
            {"value": abs(dice.number()), "unit": "jam", "system": UCUM, "code": dice.one(("h", "min"))}, 0.4
        ),
        "participant": [
            without_nothing(
                {"individual": dice.reference(*people), "type": [dice.concept()] if dice.happens(0.3) else []}
            )
            for _ in range(dice.one((0, 1, 2)))
        ],
        "location": [
            without_nothing({"location": dice.reference(*names("Location")), "period": dice.perhaps(dice.period())})
            for _ in range(dice.one((0, 1, 2)))
        ],
        "diagnosis": [{"condition": dice.reference(*names("Condition"))}] if dice.happens(0.3) else [],
        "reasonCode": [dice.concept()] if dice.happens(0.3) else [],
        "serviceProvider": dice.perhaps(dice.reference(*names("Organization"))),
        "partOf": dice.perhaps(dice.reference(*names("Encounter")), 0.3),
    }


def _measured(dice: Dice) -> Json:
    """One of the values that an observation and its components may have."""
    return dice.either(
        {"valueQuantity": dice.quantity()},
        {"valueQuantity": dice.quantity()},
        {"valueCodeableConcept": dice.concept()},
        {"valueString": dice.one(FAMILIES)},
        {"dataAbsentReason": dice.concept()},
    )


def _observation(dice: Dice) -> Json:
    value = (
        dice.either({"valueDateTime": dice.date_time()}, {"valuePeriod": dice.period()}) if dice.happens(0.2) else {}
    )
    effective = {
        "effectiveDateTime": dice.date_time(),
        "effectivePeriod": dice.period(),
        "effectiveInstant": dice.moment(),
        "effectiveTiming": dice.timing(),
    }
    kind, code = dice.one((*effective, "effectiveDateTime", "effectiveDateTime")), dice.concept()
    components = [{"code": dice.concept(), **_measured(dice)} for _ in range(dice.one((0, 0, 1, 2, 2)))]
    return {
        **_subject(dice, 0.95),
        "status": dice.one(("final", "preliminary", "amended")),
        "category": [dice.concept()] if dice.happens(0.5) else [],
        "code": code,
        kind: dice.perhaps(effective[kind], 0.9),
        **(value or (_measured(dice) if dice.happens(0.9) else {})),
        "component": [one for one in components if not _share_a_code(one["code"], code)],
        "performer": [
            dice.reference(*names("Practitioner"), *names("Organization")) for _ in range(dice.one((0, 1, 2)))
        ],
        "hasMember": [dice.reference(*names("Observation"))] if dice.happens(0.2) else [],
    }


def _share_a_code(one: Json, other: Json) -> bool:
    """Then the observation must not have a value of its own (obs-7)."""
    codes = [{coding.get("code") for coding in concept.get("coding", ())} for concept in (one, other)]
    return not codes[0].isdisjoint(codes[1])


def _condition(dice: Dice) -> Json:
    years = {"unit": "tahun", "system": UCUM, "code": "a"}

    def when(of: str) -> Json:
        return dice.either(
            {f"{of}DateTime": dice.date_time()},
            {f"{of}Period": dice.period()},
            {f"{of}Age": dice.age()},
            {f"{of}Range": dice.range(years)},
            {f"{of}String": dice.one(FAMILIES)},
            {},
        )

    ended = when("abatement") if dice.happens(0.4) else {}
    status = "resolved" if ended else dice.one(("active", "recurrence"))
    return {
        **_subject(dice),
        **when("onset"),
        **ended,
        "clinicalStatus": {"coding": [{"system": CLINICAL, "code": status}]},
        "code": dice.perhaps(dice.concept(), 0.9),
        "category": [dice.concept()] if dice.happens(0.4) else [],
        "severity": dice.perhaps(dice.concept(), 0.3),
        "bodySite": [dice.concept() for _ in range(dice.one((0, 0, 1, 2)))],
        "recordedDate": dice.perhaps(dice.date_time()),
        "asserter": dice.perhaps(dice.reference(*names("Practitioner"), *names("Patient"))),
    }


def _appointment(dice: Dice) -> Json:
    start = dice.moment()
    actors = [*names("Patient"), *names("Practitioner"), *names("Location")]
    status = dice.one(("booked", "proposed", "fulfilled", "cancelled"))
    timed = status in ("booked", "fulfilled") or dice.happens(0.6)
    return {
        "identifier": [dice.identifier()] if dice.happens(0.3) else [],
        "status": status,
        "serviceType": [dice.concept()] if dice.happens(0.4) else [],
        "specialty": [dice.concept()] if dice.happens(0.4) else [],
        "appointmentType": dice.perhaps(dice.concept(), 0.3),
        "start": start if timed else None,
        "end": "2026-06-01T00:00:00Z" if timed else None,
        "participant": [
            {"actor": dice.reference(*actors), "status": dice.one(("accepted", "tentative"))}
            for _ in range(dice.one((1, 2, 3)))
        ],
    }


def _medication_request(dice: Dice) -> Json:
    dosages = [{"timing": dice.timing()} for _ in range(dice.one((0, 1, 2)))]
    return {
        **_subject(dice),
        "status": dice.one(("active", "completed", "stopped")),
        "intent": dice.one(("order", "plan")),
        "priority": dice.perhaps(dice.one(("routine", "urgent"))),
        "category": [dice.concept()] if dice.happens(0.3) else [],
        "medicationCodeableConcept": dice.concept(),
        "authoredOn": dice.perhaps(dice.date_time(), 0.8),
        "requester": dice.perhaps(dice.reference(*names("Practitioner"), *names("Organization")), 0.7),
        "dosageInstruction": dosages,
        "dispenseRequest": {"performer": dice.reference(*names("Organization"))} if dice.happens(0.3) else {},
    }


def _risk_assessment(dice: Dice) -> Json:
    def prediction() -> Json:
        probability = dice.either(
            {"probabilityDecimal": min(abs(dice.number()), Decimal(100))},
            {"probabilityRange": dice.range({"unit": "%", "system": UCUM, "code": "%"}, most=Decimal(100))},
        )
        return {**(probability if dice.happens(0.9) else {}), "qualitativeRisk": dice.concept()}

    return {
        **_subject(dice),
        "status": "final",
        "occurrenceDateTime": dice.perhaps(dice.date_time()),
        "condition": dice.perhaps(dice.reference(*names("Condition"))),
        "prediction": [prediction() for _ in range(dice.one((0, 1, 1, 2)))],
    }


def _charge_item(dice: Dice) -> Json:
    when = dice.either(
        {"occurrenceDateTime": dice.date_time()},
        {"occurrencePeriod": dice.period()},
        {"occurrenceTiming": dice.timing()},
        {},
    )
    return {
        **_subject(dice),
        "encounter": None,
        **when,
        "status": "billable",
        "code": dice.concept(),
        "context": dice.perhaps(dice.reference(*names("Encounter"))),
        "quantity": dice.perhaps(dice.quantity(comparators=False)),
        "factorOverride": dice.perhaps(dice.number()),
        "priceOverride": dice.perhaps({"value": abs(dice.number()), "currency": dice.one(("IDR", "USD"))}),
        "enteredDate": dice.perhaps(dice.date_time()),
    }


def _care_plan(dice: Dice) -> Json:
    return {
        **_subject(dice),
        "status": "active",
        "intent": dice.one(("plan", "order")),
        "period": dice.perhaps(dice.period()),
        "instantiatesCanonical": dice.some(("http://contoh.example/plan", "http://contoh.example/plan|2"), 2),
        "instantiatesUri": dice.some(
            ("http://contoh.example/u", "http://contoh.example/ux", "http://contoh.example/u/v", "urn:oid:1.2.3"), 2
        ),
        "basedOn": [dice.reference(*names("CarePlan"))] if dice.happens(0.3) else [],
        "partOf": [dice.reference(*names("CarePlan"))] if dice.happens(0.3) else [],
        "addresses": [dice.reference(*names("Condition"))] if dice.happens(0.4) else [],
    }


MAKERS: Mapping[str, Callable[[Dice], Mapping[str, Any]]] = {
    "Organization": _organization,
    "Location": _location,
    "Practitioner": _practitioner,
    "Group": _group,
    "Patient": _patient,
    "Encounter": _encounter,
    "Condition": _condition,
    "Observation": _observation,
    "Appointment": _appointment,
    "MedicationRequest": _medication_request,
    "RiskAssessment": _risk_assessment,
    "ChargeItem": _charge_item,
    "CarePlan": _care_plan,
}
