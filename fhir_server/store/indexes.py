"""The indexes of a type's two collections. MongoDB builds them beside reads and writes."""

from __future__ import annotations

from pymongo import ASCENDING, DESCENDING, GEOSPHERE, IndexModel

CURRENT = (
    IndexModel([("index.$**", ASCENDING)], name="index"),
    IndexModel([("updated", DESCENDING), ("_id", ASCENDING)], name="updated"),
    IndexModel([("keys", ASCENDING)], name="keys", unique=True, partialFilterExpression={"keys": {"$exists": True}}),
)

WORDS = IndexModel([("search.words", ASCENDING)], name="words", sparse=True)
POSITION = IndexModel([("search.position", GEOSPHERE)], name="position", sparse=True)

CONTAINED = IndexModel([("search.contained.$**", ASCENDING)], name="contained")

HISTORY = (
    IndexModel([("id", ASCENDING), ("version", DESCENDING)], name="versions"),
    IndexModel([("updated", DESCENDING), ("id", ASCENDING)], name="updated"),
)

BY_PATIENT = IndexModel([("compartments.Patient", ASCENDING), ("updated", DESCENDING)], name="patient")
BY_PATIENT_AND_DATE = IndexModel(
    [("compartments.Patient", ASCENDING), ("index.date.lo", DESCENDING)], name="patient_date"
)
BY_LOCATION_AND_DATE = IndexModel([("index.location", ASCENDING), ("index.date.lo", ASCENDING)], name="location_date")
BY_STATUS_AND_DATE = IndexModel([("index.status", ASCENDING), ("index.date.lo", ASCENDING)], name="status_date")

BY_NAME = IndexModel([("deleted", ASCENDING), ("search.beginnings.name", ASCENDING), ("_id", ASCENDING)], name="name")
BY_NAME_AND_CITY = IndexModel(
    [
        ("deleted", ASCENDING),
        ("search.beginnings.name", ASCENDING),
        ("search.only.address-city", ASCENDING),
        ("_id", ASCENDING),
    ],
    name="name_city",
)

INHERITING = IndexModel([("inherited.from", ASCENDING)], name="inherited", sparse=True)
RESTRICTING = IndexModel([("labels.consent", ASCENDING)], name="restricting", sparse=True)

HOT = {
    "Binary": (INHERITING,),
    "Consent": (RESTRICTING,),
    "Observation": (BY_PATIENT_AND_DATE,),
    "Encounter": (BY_PATIENT_AND_DATE, BY_LOCATION_AND_DATE, BY_STATUS_AND_DATE),
    "Appointment": (BY_STATUS_AND_DATE,),
    "Location": (POSITION,),
    "Patient": (BY_NAME, BY_NAME_AND_CITY),
}

CLAIM_SECONDS = 3600
CLAIMS = (IndexModel([("at", ASCENDING)], name="at", expireAfterSeconds=CLAIM_SECONDS),)
"""Claims serialise transactions only while they run; an hour later nobody can be running."""


def current(type: str, *, in_patient_compartment: bool) -> list[IndexModel]:
    """The indexes of the collection of current documents of a type."""
    return [*CURRENT, WORDS, CONTAINED, *((BY_PATIENT,) if in_patient_compartment else ()), *HOT.get(type, ())]


def history(*, in_patient_compartment: bool) -> list[IndexModel]:
    return [*HISTORY, *((BY_PATIENT,) if in_patient_compartment else ())]
