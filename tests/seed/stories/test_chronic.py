"""Lasting diseases over the years."""

from datetime import timedelta
from typing import Any

from tests.seed.reading import at, code, codes, of, values

Resource = dict[str, Any]
Records = dict[int, list[Resource]]


def with_code(records: Records, wanted: str) -> list[list[Resource]]:
    return [record for record in records.values() if wanted in codes(record)]


def test_a_diabetic_has_glucose_and_hba1c_over_time(records: Records) -> None:
    diabetics = with_code(records, "E11.9")
    assert len(diabetics) >= 10
    for record in diabetics:
        controls = [item for item in of(record, "Condition") if code(item) == "E11.9"]
        visits = {item["encounter"]["reference"] for item in controls}
        assert len(values(record, "1558-6")) == len(visits)
        assert len(values(record, "4548-4")) >= 1
        assert all(4.5 < value < 13 for value in values(record, "4548-4"))
        assert any("metformin" in item["medicationReference"]["reference"] for item in of(record, "MedicationRequest"))


def test_treatment_brings_hba1c_down(records: Records) -> None:
    courses = [values(record, "4548-4") for record in with_code(records, "E11.9")]
    long = [course for course in courses if len(course) >= 3]
    assert len(long) >= 5
    assert all(course[-1] < course[0] for course in long)


def test_pressure_starts_high_and_comes_down(records: Records) -> None:
    controls = 0
    for record in with_code(records, "I10"):
        visits = sorted(
            {
                (item["recordedDate"], item["encounter"]["reference"])
                for item in of(record, "Condition")
                if code(item) == "I10" and item["category"][0]["coding"][0]["code"] == "encounter-diagnosis"
            }
        )
        pressure = [
            next(
                int(item["valueQuantity"]["value"])
                for item in of(record, "Observation")
                if code(item) == "8480-6" and item["encounter"]["reference"] == visit
            )
            for _, visit in visits
        ]
        if len(pressure) >= 4:
            controls += 1
            assert pressure[0] >= 140
            assert pressure[-1] < pressure[0]
    assert controls >= 10


def test_kidneys_get_slowly_worse(records: Records) -> None:
    for record in with_code(records, "N18.3"):
        creatinine = values(record, "2160-0")
        assert len(creatinine) >= 3
        assert creatinine[-1] > creatinine[0] > 1.2


def test_tuberculosis_is_treated_for_six_months(records: Records) -> None:
    finished = 0
    for record in with_code(records, "A15.0"):
        smears = sorted(
            (item for item in of(record, "Observation") if code(item) == "11545-1"), key=lambda item: item["issued"]
        )
        assert smears[0]["valueString"].startswith("BTA positif")
        assert all(smear["valueString"] == "BTA negatif" for smear in smears[1:])
        episode = next(item for item in of(record, "EpisodeOfCare") if item["type"][0]["text"].endswith("tuberkulosis"))
        drugs = [item["medicationReference"]["reference"] for item in of(record, "MedicationRequest")]
        if "end" in episode["period"] and len(smears) == 4:
            length = at(episode["period"]["end"]) - at(episode["period"]["start"])
            assert timedelta(days=180) < length < timedelta(days=190)
            assert (drugs.count("Medication/obat-fdc4"), drugs.count("Medication/obat-fdc2")) == (2, 4)
            finished += 1
    assert finished >= 1


def test_an_asthmatic_is_nebulised(records: Records) -> None:
    for record in with_code(records, "J45.9"):
        assert any(code(item) == "93.94" for item in of(record, "Procedure"))
