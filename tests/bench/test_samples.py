"""What the load consists of is valid FHIR, and searches find what they ask for."""

import pytest

from bench import samples
from resources.registry import validate


@pytest.mark.parametrize(
    "resource",
    [samples.patient(7), samples.observation("Patient/x", 4), samples.visit(7), *samples.observations(20)],
    ids=lambda resource: str(resource["resourceType"]),
)
def test_valid(resource: samples.Resource) -> None:
    assert [issue for issue in validate(resource) if issue.severity != "warning"] == []


def test_patients_differ() -> None:
    patients = [samples.patient(number) for number in range(500)]
    assert len({patient["identifier"][0]["value"] for patient in patients}) == 500
    assert all(len(patient["identifier"][0]["value"]) == 16 for patient in patients)


def test_a_family_name_shares_its_beginning_with_nineteen_others() -> None:
    names = {samples.family(number) for number in range(8000)}
    assert len(names) == 8000
    assert sum(name.startswith(samples.family(7)[:4]) for name in names) == 20


def test_a_visit_refers_to_its_own_patient() -> None:
    entries = samples.visit(3)["entry"]
    assert len(entries) == 10
    assert {entry["resource"]["subject"]["reference"] for entry in entries[1:]} == {entries[0]["fullUrl"]}
