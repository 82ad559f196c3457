"""The very ill are referred to a larger hospital, from the visit that found it."""

from typing import Any

from seed.referrals import REASONS
from tests.seed.reading import at, codes, of, period

Resource = dict[str, Any]
Records = dict[int, list[Resource]]


def referrals(record: list[Resource]) -> list[Resource]:
    return [one for one in of(record, "ServiceRequest") if one["id"].startswith("rujukan-")]


def test_some_are_and_nobody_twice(records: Records) -> None:
    counts = [len(referrals(record)) for record in records.values()]
    assert sum(counts) >= 8
    assert max(counts) == 1


def test_a_referral_is_of_the_last_visit_for_such_a_disease(records: Records) -> None:
    for record in records.values():
        for request in referrals(record):
            by_name = {f"{one['resourceType']}/{one['id']}": one for one in record}
            diagnosis = by_name[request["reasonReference"][0]["reference"]]
            visit = by_name[request["encounter"]["reference"]]
            assert diagnosis["encounter"]["reference"] == f"Encounter/{visit['id']}"
            assert diagnosis["code"]["coding"][0]["code"] in REASONS
            assert at(request["authoredOn"]) == period(visit)[1]
            later = [one for one in of(record, "Encounter") if period(one)[0] > period(visit)[1]]
            found = [by_name[row["condition"]["reference"]] for one in later for row in one.get("diagnosis", ())]
            assert not codes(found) & REASONS.keys()


def test_the_dead_are_not_referred(records: Records) -> None:
    assert not [record for record in records.values() if "deceasedDateTime" in record[0] and referrals(record)]
