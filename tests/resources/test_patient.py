"""NIK, BPJS number and nomor RM. All numbers are invented."""

from __future__ import annotations

from typing import Any

import pytest

from resources.registry import business_keys, validate
from resources.systems import BPJS_PREFIX, IHS_PATIENT, IHS_PRACTITIONER, MRN_PREFIX, NIK, NIK_OF_MOTHER

WOMAN = "6472995502900001"  # 15 February 1990, day + 40


def patient(*identifiers: tuple[str, str], **more: Any) -> dict[str, Any]:
    rows = [{"system": system, "value": value} for system, value in identifiers]
    return {"resourceType": "Patient", "identifier": rows, **more}


def found(resource: dict[str, Any]) -> list[tuple[str, str]]:
    return [(issue.severity, issue.expression) for issue in validate(resource) if issue.code == "business-rule"]


@pytest.mark.parametrize(
    ("system", "value", "severity"),
    [
        (NIK, WOMAN, None),
        (NIK, "9999999999999999", None),
        (NIK, "647299550290001", "error"),
        (NIK, "################", "error"),
        (NIK, "６４７２９９５５０２９００００１", "error"),
        (NIK_OF_MOTHER, "360328xxxxxxx", "warning"),
        (BPJS_PREFIX + "1", "0001234567890", None),
        (BPJS_PREFIX + "1", "1234", "error"),
        ("http://example.org/nik", "1", None),
        (NIK, "0072995502900001", "warning"),
    ],
)
def test_forms(system: str, value: str, severity: str | None) -> None:
    assert found(patient((system, value))) == ([(severity, "Patient.identifier[0].value")] if severity else [])


@pytest.mark.parametrize(
    ("more", "warnings"),
    [
        ({"gender": "female", "birthDate": "1990-02-15"}, 0),
        ({"gender": "male", "birthDate": "1990-02-15"}, 1),
        ({"gender": "female", "birthDate": "1990-02-16"}, 1),
        ({"gender": "male", "birthDate": "1991-02-15"}, 2),
        ({"gender": "unknown", "birthDate": "1990"}, 0),
    ],
)
def test_a_nik_that_does_not_fit_is_a_warning(more: dict[str, Any], warnings: int) -> None:
    assert found(patient((NIK, WOMAN), **more)) == [("warning", "Patient.identifier[0].value")] * warnings


def test_keys() -> None:
    resource = patient(
        (NIK, WOMAN),
        (MRN_PREFIX + "1", "001234"),
        (BPJS_PREFIX + "1", "0001234567890"),
        (IHS_PATIENT, "P1"),
        ("http://example.org", "1"),
    )
    assert business_keys(resource) == sorted(
        [f"{NIK}|{WOMAN}", f"{MRN_PREFIX}1|001234", f"{BPJS_PREFIX}1|0001234567890", f"{IHS_PATIENT}|P1"]
    )


def test_what_is_not_claimed() -> None:
    assert business_keys(patient((NIK, "9999999999999999"))) == []
    assert business_keys(patient((NIK, WOMAN), link=[{"type": "replaced-by"}])) == []
    assert (
        business_keys({"resourceType": "Patient", "identifier": [{"system": NIK, "value": WOMAN, "use": "old"}]}) == []
    )
    assert business_keys({"resourceType": "Group", "identifier": [{"system": NIK, "value": WOMAN}]}) == []


def test_practitioners() -> None:
    resource = {**patient((NIK, "123"), (IHS_PRACTITIONER, "N1")), "resourceType": "Practitioner"}
    assert found(resource) == [("error", "Practitioner.identifier[0].value")]
    assert business_keys(resource) == [f"{IHS_PRACTITIONER}|N1", f"{NIK}|123"]
