"""Which resources of a visit are what: its diagnoses by rank, results, medicines, who was in charge, what was planned.
Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from exports.chart import Chart, name_of, when
from fhir_server.messages import Resource

OUTPATIENT = ("88645-7", "Outpatient hospital Discharge summary")
INPATIENT = ("34105-7", "Hospital Discharge summary")
"""LOINC code and display of the resume medis."""

EDUCATION = "409073007"
REFERRALS = frozenset(("3457005", "306206005"))
LEAVING = frozenset(("359746009", "268910001", "162668006"))
"""SNOMED CT: the patient's condition is stable, has improved, is unstable."""

Chosen = Callable[[Chart], list[Resource]]


def of_category(type: str, *codes: str) -> Chosen:
    """The resources of a type in one of these categories."""

    def chosen(chart: Chart) -> list[Resource]:
        return [one for one in current(chart, type) if categories(one) & {*codes}]

    return chosen


def of_type(type: str) -> Chosen:
    return lambda chart: current(chart, type)


def of_visit(chart: Chart) -> Chart:
    """The chart without what was told of other visits; allergies and diseases of the family are not one visit's."""

    def belongs(one: Resource) -> bool:
        lasting = one["resourceType"] in ("AllergyIntolerance", "FamilyMemberHistory")
        return lasting or name_of(one.get("encounter") or one.get("context"), chart.base) in ("", chart.focus)

    kept = {name: one for name, one in chart.resources.items() if belongs(one)}
    return Chart(chart.focus, kept, chart.zone, chart.base)


def current(chart: Chart, type: str) -> list[Resource]:
    """Without what was entered in error, cancelled or not done."""
    void = {"entered-in-error", "cancelled", "not-done", "revoked"}
    return [
        one
        for one in chart.of(type)
        if one.get("status") not in void and "entered-in-error" not in categories(one, "verificationStatus")
    ]


def categories(resource: Resource, element: str = "category") -> set[str]:
    """The codes of an element that is a CodeableConcept or a list of them."""
    value = resource.get(element) or []
    rows = value if isinstance(value, list) else [value]
    return {str(coding.get("code")) for row in rows if isinstance(row, dict) for coding in row.get("coding", ())}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`use`: of the diagnosis-role codes (AD on admission, DD on discharge), or nothing; `rank`: 1 is the main one."""

    condition: Resource
    use: str = ""
    rank: int = 99


def diagnoses(chart: Chart, conditions: Iterable[Resource]) -> list[Diagnosis]:
    """Those of these conditions that are diagnoses, as the visit ranks them: on discharge first, each by its rank."""
    found = {f"Condition/{one['id']}": Diagnosis(one) for one in conditions if one.get("resourceType") == "Condition"}
    for row in chart.about.get("diagnosis", ()):
        name = name_of(row.get("condition"), chart.base)
        use = next(iter(categories(row, "use")), "")
        if name in found and found[name].use != "DD":
            found[name] = Diagnosis(found[name].condition, use, row.get("rank", 99))
    order = {"DD": 0, "": 1, "AD": 2}
    return sorted(found.values(), key=lambda one: (order.get(one.use, 1), one.rank, when(one.condition)))


def final(chart: Chart) -> list[Resource]:
    """Diagnoses of the visit without those that it began with."""
    found = diagnoses(chart, of_category("Condition", "encounter-diagnosis")(chart))
    return [one.condition for one in found if one.use != "AD"]


def first(chart: Chart) -> list[Resource]:
    """The diagnoses that the visit began with, which may be those that it ended with too."""
    rows = [row for row in chart.about.get("diagnosis", ()) if "AD" in categories(row, "use")]
    return chart.all(row.get("condition", {}) for row in rows)


def past(chart: Chart) -> list[Resource]:
    known = of_category("Condition", "previous-condition", "problem-list-item")(chart)
    return [one for one in known if not categories(one, "code") & LEAVING]


def leaving(chart: Chart) -> list[Resource]:
    return [one for one in current(chart, "Condition") if categories(one, "code") & LEAVING]


def impressions(chart: Chart, *, prognosis: bool) -> list[Resource]:
    found = current(chart, "ClinicalImpression")
    return [one for one in found if ("prognosisCodeableConcept" in one) is prognosis]


def allergies(chart: Chart) -> list[Resource]:
    """Those that were known by the end of the visit."""
    last = chart.day(chart.about.get("period", {}).get("end"))
    days = ((chart.day(one.get("recordedDate")), one) for one in current(chart, "AllergyIntolerance"))
    return [one for day, one in days if last is None or day is None or day <= last]


def results(chart: Chart) -> list[Resource]:
    return [one for one in current(chart, "DiagnosticReport") if not categories(one) & {"RAD", "IMG"}]


def prescribed(chart: Chart, *, discharge: bool) -> list[Resource]:
    return [one for one in current(chart, "MedicationRequest") if ("discharge" in categories(one)) is discharge]


def procedures(chart: Chart, *, education: bool) -> list[Resource]:
    return [one for one in current(chart, "Procedure") if (EDUCATION in categories(one)) is education]


def planned(chart: Chart) -> list[Resource]:
    """Referrals and visits to come that this visit has led to."""
    referrals = [one for one in current(chart, "ServiceRequest") if categories(one) & REFERRALS]
    return [*referrals, *controls(chart)]


def controls(chart: Chart) -> list[Resource]:
    """Appointments that were made during the visit, or on its last day, for a day after it."""
    period = chart.about.get("period", {})
    first, last = (chart.day(period.get(side)) for side in ("start", "end"))
    found = []
    for one in current(chart, "Appointment"):
        made, day = chart.day(one.get("created")), chart.day(one.get("start"))
        if first and made and day and first <= made <= (last or made) and day > (last or first):
            found.append(one)
    return found


def is_stay(encounter: Resource) -> bool:
    """Rawat inap."""
    return encounter.get("class", {}).get("code") in ("IMP", "ACUTE", "NONAC")


def attending(encounter: Resource) -> Resource | None:
    """The reference to the doctor in charge (DPJP), else to the first person who took part."""
    people = [row for row in encounter.get("participant", ()) if "individual" in row]
    chosen = next((row for row in people if "ATND" in categories(row, "type")), people[0] if people else None)
    return dict(chosen["individual"]) if chosen is not None else None


def of_encounter(chart: Chart) -> Resource | None:
    """The resume medis of the visit, where one was read and holds: one that is final before drafts, the newest of
    several."""
    codes = {OUTPATIENT[0], INPATIENT[0]}
    found = [
        one
        for one in chart.of("Composition")
        if categories(one, "type") & codes
        and one.get("status") != "entered-in-error"
        and name_of(one.get("encounter"), chart.base) == chart.focus
    ]
    return max(found, key=lambda one: (one["status"] != "preliminary", one["date"]), default=None)
