"""Chains from the request to the report."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from seed.assays import ASSAYS, PANELS, Assay
from seed.laboratory import measured
from tests.seed.reading import at, of

Resource = dict[str, Any]
Records = dict[int, list[Resource]]


def test_every_chain_hangs_together_in_time(records: Records) -> None:
    chains = 0
    for record in records.values():
        by_reference = {f"{resource['resourceType']}/{resource['id']}": resource for resource in record}
        for report in of(record, "DiagnosticReport"):
            request = by_reference[report["basedOn"][0]["reference"]]
            results = [by_reference[result["reference"]] for result in report["result"]]
            assert all(result["basedOn"] == report["basedOn"] for result in results)
            assert all(at(request["authoredOn"]) < at(result["effectiveDateTime"]) for result in results)
            assert at(report["effectiveDateTime"]) < at(report["issued"])
            if "specimen" not in report:
                assert report["category"][0]["coding"][0]["code"] == "RAD"
                continue
            specimen = by_reference[report["specimen"][0]["reference"]]
            taken, received = at(specimen["collection"]["collectedDateTime"]), at(specimen["receivedTime"])
            assert at(request["authoredOn"]) < taken < received < at(report["issued"])
            assert specimen["request"] == report["basedOn"]
            chains += 1
    assert chains > 500


def test_a_panel_gives_all_its_results(records: Records) -> None:
    for record in records.values():
        for report in of(record, "DiagnosticReport"):
            text = report["code"].get("text")
            panel = next((panel for panel in PANELS.values() if panel.code.get("text") == text), None)
            assert len(report["result"]) == (len(panel.tests) if panel else 1)


def test_the_mark_agrees_with_the_range(records: Records) -> None:
    marks: set[str] = set()
    for record in records.values():
        for item in of(record, "Observation"):
            if "referenceRange" not in item:
                continue
            value, bounds = item["valueQuantity"]["value"], item["referenceRange"][0]
            low = "low" in bounds and value < bounds["low"]["value"]
            high = "high" in bounds and value > bounds["high"]["value"]
            mark = item["interpretation"][0]["coding"][0]["code"]
            assert mark == ("L" if low else "H" if high else "N")
            marks.add(mark)
    assert marks == {"L", "N", "H"}


@pytest.mark.parametrize(
    "assay", [assay for assay in ASSAYS.values() if assay.unit], ids=lambda assay: assay.code["coding"][0]["code"]
)
def test_what_is_normal_lies_within_the_bounds(assay: Assay) -> None:
    for seed in range(50):
        value = assay.normal(Random(seed))
        assert not assay.low or value >= Decimal(assay.low)
        assert not assay.high or value <= Decimal(assay.high)
        assert -int(value.as_tuple().exponent) == assay.places


@pytest.mark.parametrize(
    ("key", "value", "printed", "mark"),
    [
        ("hba1c", Decimal("7.2"), "7.20", "H"),
        ("hba1c", 5, "5.00", "N"),
        ("platelets", Decimal("80.4"), "80", "L"),
        ("hdl", 39, "39", "L"),
        ("cholesterol", 200, "200", "N"),
    ],
)
def test_values_are_printed_as_the_analyser_does(key: str, value: Decimal, printed: str, mark: str) -> None:
    content = measured(ASSAYS[key], value)
    assert str(content["valueQuantity"]["value"]) == printed
    assert content["interpretation"][0]["coding"][0]["code"] == mark
