"""Searches in words."""

from __future__ import annotations

from fhir_server.search.contained import searches
from fhir_server.search.query import parse
from fhir_server.search.wording import of_query


def test_one_line_for_each_condition_and_the_order() -> None:
    parameters = (
        ("status:not", "final,amended"),
        ("_filter", "not (date gt 2020) or subject:Patient.name eq x"),
        ("_sort", "-date,_id"),
    )
    assert of_query(parse("Observation", parameters)).splitlines() == [
        "Observation where",
        "  status:not (token) is final or amended",
        "  (not (date (date) is gt2020)) or (subject points to a Patient where (name eq x))",
        "  sorted by date descending, _id",
    ]


def test_all_of_a_type() -> None:
    assert of_query(parse("Patient", ())) == "every Patient"


def test_what_is_contained() -> None:
    query = parse("Medication", (("code", "77"), ("_contained", "true")))
    (search,) = searches(query, ("MedicationRequest",))
    assert of_query(search).splitlines()[1:] == ["  it contains a Medication where ((code (token) is 77))"]
