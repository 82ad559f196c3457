"""Stays in a ward."""

from typing import Any

from tests.seed.reading import at, code, codes, of, values

Resource = dict[str, Any]
Records = dict[int, list[Resource]]


def stay(record: list[Resource], wanted: str) -> Resource:
    """The inpatient encounter with that diagnosis."""
    own = {f"Condition/{item['id']}" for item in of(record, "Condition") if code(item) == wanted}
    return next(
        visit
        for visit in of(record, "Encounter")
        if visit["class"]["code"] == "IMP" and own & {use["condition"]["reference"] for use in visit["diagnosis"]}
    )


def of_visit(record: list[Resource], visit: Resource, *types: str) -> list[Resource]:
    reference = f"Encounter/{visit['id']}"
    return [item for item in of(record, *types) if item.get("encounter", {}).get("reference") == reference]


def test_platelets_fall_and_rise_in_dengue(records: Records) -> None:
    found = 0
    for record in records.values():
        if "A91" not in codes(record):
            continue
        observations = of_visit(record, stay(record, "A91"), "Observation")
        platelets = values(observations, "26515-7")
        assert len(platelets) == 5
        assert min(platelets) < 100
        assert min(platelets) not in (platelets[0], platelets[-1])
        fever = values(observations, "8310-5")
        assert fever[0] > 38.5 > 37.2 > fever[-1]
        found += 1
    assert found >= 5


def test_an_appendix_is_taken_out(records: Records) -> None:
    found = 0
    for record in records.values():
        if "K35.8" not in codes(record):
            continue
        visit = stay(record, "K35.8")
        assert "47.09" in [code(item) for item in of_visit(record, visit, "Procedure")]
        assert values(of_visit(record, visit, "Observation"), "6690-2")[0] >= 12
        found += 1
    assert found >= 2


def test_a_stroke_is_scanned(records: Records) -> None:
    found = [record for record in records.values() if "I63.9" in codes(record)]
    assert found
    for record in found:
        reports = of_visit(record, stay(record, "I63.9"), "DiagnosticReport")
        assert "Infark serebri" in [report.get("conclusion") for report in reports]


def test_stays_through_the_emergency_department_follow_it(records: Records) -> None:
    followed = 0
    for record in records.values():
        for visit in of(record, "Encounter"):
            if visit["hospitalization"]["dischargeDisposition"]["text"] != "Dirawat inap":
                continue
            assert visit["class"]["code"] == "EMER"
            after = [
                at(other["period"]["start"]) for other in of(record, "Encounter") if other["class"]["code"] == "IMP"
            ]
            waits = [(start - at(visit["period"]["end"])).total_seconds() for start in after]
            assert any(0 < wait < 3600 for wait in waits)
            followed += 1
    assert followed >= 10


def test_a_bed_has_a_class(records: Records) -> None:
    for record in records.values():
        for visit in of(record, "Encounter"):
            if visit["class"]["code"] == "IMP":
                part = visit["location"][0]["extension"][0]["extension"][0]["valueCodeableConcept"]["coding"][0]
                assert part["system"].endswith("locationServiceClass-Inpatient")
