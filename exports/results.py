"""What was measured as tables, fields and curves of a document. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

from exports import normal, saying, units, wording
from exports.chart import Chart
from exports.measurements import DIASTOLIC, PRESSURE, SYSTOLIC, VITAL_SIGNS
from exports.sheet import Block, Column, Fields, Mark, Paragraph, Plot, Row, Series, Table
from exports.units import Language
from fhir_server.messages import Resource
from resources.systems import LOINC

FLAGS = {
    "id": {"LL": "L kritis", "HH": "H kritis", "AA": "kritis", "L": "L", "H": "H", "A": "*"},
    "en": {"LL": "L critical", "HH": "H critical", "AA": "critical", "L": "L", "H": "H", "A": "*"},
}
TITLES = {
    "id": ("Pemeriksaan", "Hasil", "", "Nilai rujukan", "Satuan"),
    "en": ("Test", "Result", "", "Reference range", "Unit"),
}
LEGEND = {
    "id": "L: di bawah nilai rujukan · H: di atas nilai rujukan · *: tidak normal · kritis: perlu tindakan segera",
    "en": "L: below the reference range · H: above it · *: abnormal · critical: needs action at once",
}
TOGETHER = timedelta(minutes=10)
"""Vital signs within this time of the first are one set."""

SIGNS_ABREAST = 6
ORDER = {code: place for place, code in enumerate(VITAL_SIGNS)}

Signs = dict[str, str]
"""Name of a vital sign -> its value, in the order of the form."""


def table(observations: Iterable[Resource], chart: Chart, language: Language = "id") -> Table:
    """What was measured, component by component."""
    shares = (3, 1.5, 0.9, 1.5, 1.1)
    columns = [
        Column(title, share, "right" if place == 1 else "left")
        for place, (title, share) in enumerate(zip(TITLES[language], shares, strict=True))
    ]
    rows = [row(one, chart, whole, language) for whole in observations for one in measured(whole)]
    return Table(tuple(columns), tuple(rows))


def legend(language: Language = "id") -> Paragraph:
    return Paragraph(LEGEND[language], "small")


def row(one: Resource, chart: Chart, whole: Resource | None = None, language: Language = "id") -> Row:
    """Name, value, flag, reference range, unit of an Observation, or of a component of a `whole` one."""
    who = whose(whole or one, chart)
    flag = normal.flag(one, who)
    value, unit = parted(one, language)
    fits = normal.range_text(normal.reference_range(one, who), language)
    return Row((saying.measurement(one, language), value, FLAGS[language].get(flag, ""), fits, unit), mark(flag))


def measured(observation: Resource) -> list[Resource]:
    """The Observation where it has a value of its own or no components, and its components."""
    components = observation.get("component", ())
    own = [observation] if not components or any(key.startswith("value") for key in observation) else []
    return [*own, *components]


def parted(one: Resource, language: Language = "id") -> tuple[str, str]:
    """Value and unit."""
    value = one.get("valueQuantity")
    if isinstance(value, dict) and "value" in value:
        return saying.number(value, language), units.printed(value, language)
    return saying.observed(one, language), ""


def mark(flag: str) -> Mark:
    return "critical" if flag in normal.CRITICAL else "abnormal" if flag else ""


def whose(observation: Resource, chart: Chart) -> normal.Whose:
    patient = chart.patient
    return normal.Whose(
        str(patient.get("gender", "")), chart.day(patient.get("birthDate")), chart.day(taken(observation))
    )


def vital_signs(observations: Sequence[Resource], chart: Chart, language: Language = "id") -> list[Block]:
    """Measured once: as fields in two columns. Measured again and again: as a table, a line for each time."""
    sets = list(signs_by_time(observations, chart, language))
    if not sets:
        return []
    if len(sets) == 1:
        return [Fields(tuple(sets[0][1].items()), 2)]
    return [*signs_table([(time_of(at, chart, language), signs) for at, signs in sets], language)]


def time_of(at: datetime | None, chart: Chart, language: Language = "id") -> str:
    return wording.date_and_time(at, chart.zone, language) if at is not None else wording.DASH


def signs_table(sets: Sequence[tuple[str, Signs]], language: Language = "id") -> Iterator[Table]:
    """A line for each set; of many signs several tables below each other."""
    names = sorted({name for _, signs in sets for name in signs}, key=_place_of_name)
    for start in range(0, len(names), SIGNS_ABREAST):
        some = names[start : start + SIGNS_ABREAST]
        columns = (Column({"id": "Waktu", "en": "Time"}[language], 1.5), *(Column(name, 1, "right") for name in some))
        rows = (Row((label, *(signs.get(name, "") for name in some))) for label, signs in sets)
        yield Table(columns, tuple(rows))


def signs_by_time(
    observations: Sequence[Resource], chart: Chart, language: Language = "id"
) -> Iterator[tuple[datetime | None, Signs]]:
    """What was measured together, the earliest first; before it what has no day."""
    moments = [(moment(one, chart), one) for one in observations]
    undated = [one for at, one in moments if at is None]
    if undated:
        yield None, signs(undated, chart, language)
    timed = sorted(((at, one) for at, one in moments if at is not None), key=lambda pair: pair[0])
    one_set: list[tuple[datetime, Resource]] = []
    for at, one in timed:
        if one_set and at - one_set[0][0] > TOGETHER:
            yield one_set[0][0], signs([found for _, found in one_set], chart, language)
            one_set = []
        one_set.append((at, one))
    if one_set:
        yield one_set[0][0], signs([found for _, found in one_set], chart, language)


def taken(observation: Resource) -> str:
    """When it was measured or the specimen was taken, else when it was made known; or nothing."""
    period = observation.get("effectivePeriod") or {}
    times = (observation.get("effectiveDateTime"), observation.get("effectiveInstant"), period.get("start"))
    return str(next(filter(None, times), None) or observation.get("issued") or "")


def moment(observation: Resource, chart: Chart) -> datetime | None:
    """The same in the hospital's time; of a day alone its beginning."""
    at = taken(observation)
    if len(at) > 10:
        return chart.moment(at)
    day = chart.day(at)
    return datetime.combine(day, time.min, chart.zone) if day is not None else None


def signs(observations: Iterable[Resource], chart: Chart, language: Language = "id") -> Signs:
    """Name -> value; both pressures as one: 120/80 mmHg."""
    found = [one for whole in observations for one in measured(whole)]
    by_code = {saying.code(one.get("code"), LOINC): one for one in found}
    told: Signs = {}
    for one in sorted(found, key=lambda one: ORDER.get(saying.code(one.get("code"), LOINC), len(ORDER))):
        told[saying.measurement(one, language)] = _flagged(one, chart, language)
    high, low = by_code.get(SYSTOLIC), by_code.get(DIASTOLIC)
    if high is not None and low is not None:
        for one in (high, low):
            del told[saying.measurement(one, language)]
        pressure = f"{parted(high, language)[0]}/{_flagged(low, chart, language)}"
        told = {VITAL_SIGNS[PRESSURE][language == "en"]: pressure, **told}
    return told


def _flagged(one: Resource, chart: Chart, language: Language) -> str:
    flag = FLAGS[language].get(normal.flag(one, whose(one, chart)), "")
    return saying.observed(one, language) + (f" ({flag})" if flag else "")


def _place_of_name(name: str) -> tuple[int, str]:
    return next((place for place, names in enumerate(VITAL_SIGNS.values()) if name in names), len(ORDER)), name


def course(observations: Sequence[Resource], chart: Chart) -> Table:
    """Of a stay: each test once, with its first, lowest, highest and last value; as any other table where nothing was
    measured again."""
    columns = ("Pemeriksaan", "Pertama", "Terendah", "Tertinggi", "Terakhir", "Nilai rujukan", "Satuan")
    shares = (2.4, 1, 1, 1, 1, 1.4, 1)
    by_test: dict[tuple[str, str], list[tuple[Resource, normal.Whose]]] = {}
    for whole in sorted(observations, key=taken):
        for one in measured(whole):
            key = saying.measurement(one), parted(one)[1]
            by_test.setdefault(key, []).append((one, whose(whole, chart)))
    if all(len(found) == 1 for found in by_test.values()):
        return table(observations, chart)
    rows = [_course_row(name, unit, found) for (name, unit), found in by_test.items()]
    return Table(
        tuple(
            Column(title, share, "right" if 0 < place < 5 else "center" if place == 5 else "left")
            for place, (title, share) in enumerate(zip(columns, shares, strict=True))
        ),
        tuple(rows),
    )


def _course_row(name: str, unit: str, found: Sequence[tuple[Resource, normal.Whose]]) -> Row:
    numbers = [pair for pair in found if value_of(pair[0]) is not None]
    chosen = [found[0], found[-1]] if len(found) > 1 else [found[0]]
    if len(numbers) > 2 and len(numbers) == len(found):
        ordered = sorted(numbers, key=lambda pair: value_of(pair[0]) or Decimal(0))
        chosen = [found[0], ordered[0], ordered[-1], found[-1]]
    told = [_short(one, who) for one, who in chosen]
    cells = {1: ["", "", "", *told], 2: [told[0], "", "", told[-1]]}.get(len(told), told)
    one, who = found[-1]
    worst = max((normal.flag(one, who) for one, who in found), key=lambda flag: (flag in normal.CRITICAL, bool(flag)))
    fits = normal.range_text(normal.reference_range(one, who))
    return Row((name, *cells, fits, unit), mark(worst))


def _short(one: Resource, who: normal.Whose) -> str:
    flag = FLAGS["id"].get(normal.flag(one, who), "")
    return f"{parted(one)[0]} {flag}".rstrip()


def value_of(one: Resource) -> Decimal | None:
    """The number of a quantity, where it is exact."""
    value = one.get("valueQuantity")
    if not isinstance(value, dict) or "value" not in value or "comparator" in value:
        return None
    return Decimal(str(value["value"]))


def curve(
    title: str, series: Sequence[tuple[str, Sequence[Resource]]], chart: Chart, language: Language = "id"
) -> Plot | None:
    """Values over time, in the unit of the newest, with what is normal now; none where fewer than two times were
    measured. `series`: name and Observations or components with the moment of theirs."""
    found = [(name, _points(observations, chart)) for name, observations in series]
    times = sorted({at for _, points in found for at, _, _ in points})
    if len(times) < 2:
        return None
    last = max((point for _, points in found for point in points), key=lambda point: point[0])[2]
    unit = parted(last, language)[1]
    lines = tuple(
        Series(name, tuple(((at - times[0]) / timedelta(days=1), float(value)) for at, value, _ in points))
        for name, points in found
        if points
    )
    bounds = normal.reference_range(last, whose(last, chart)) or {} if len(lines) == 1 else {}
    low, high = (_float(bounds.get(side, {}).get("value")) for side in ("low", "high"))
    dates = (wording.long_date(times[0].date(), language), wording.long_date(times[-1].date(), language))
    return Plot(title, unit, lines, dates, low, high, language)


def _float(value: Decimal | None) -> float | None:
    return float(value) if value is not None else None


def _points(observations: Iterable[Resource], chart: Chart) -> list[tuple[datetime, Decimal, Resource]]:
    """Of one unit: that of the newest."""
    found = [
        (at, value, one)
        for one in observations
        if (value := value_of(one)) is not None and (at := moment(one, chart)) is not None
    ]
    found.sort(key=lambda point: point[0])
    return [point for point in found if parted(point[2])[1] == parted(found[-1][2])[1]]
