"""What was measured, as the pages tell it: value, unit, what is normal, and whether it is, in words. Pure.

https://hl7.org/fhir/R4/observation.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from exports import normal, results, saying
from exports.chart import Chart
from exports.composition import categories
from exports.measurements import DIASTOLIC, GROUPS, OTHERS, PRESSURE, SYSTOLIC, TESTS, VITAL_SIGNS
from exports.units import Language
from fhir_server.messages import Resource
from resources.issues import Text
from resources.systems import LOINC

FLAGS: Mapping[str, Text] = {
    "LL": Text("far below the reference range", "jauh di bawah nilai rujukan"),
    "HH": Text("far above the reference range", "jauh di atas nilai rujukan"),
    "AA": Text("needs attention soon", "perlu segera diperhatikan"),
    "L": Text("below the reference range", "di bawah nilai rujukan"),
    "H": Text("above the reference range", "di atas nilai rujukan"),
    "A": Text("not as usual", "tidak seperti biasanya"),
}
NOT_FINAL = frozenset(("registered", "preliminary"))


@dataclass(frozen=True, slots=True)
class Measured:
    """One value. `code`: LOINC's, else the first there is, or nothing; `at`: in the hospital's time; `number`: of a
    quantity that is exact; `flag`: of FLAGS, or nothing; `fits`: what is normal, in words, and its bounds `low` and
    `high`; `id`: of the Observation."""

    id: str
    code: str
    name: str
    at: datetime | None
    value: str
    unit: str
    number: Decimal | None = None
    flag: str = ""
    fits: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    is_final: bool = True

    def told(self, language: Language) -> str:
        """The flag in words."""
        return FLAGS[self.flag].in_language(language) if self.flag else ""

    @property
    def is_critical(self) -> bool:
        return self.flag in normal.CRITICAL


def values(observations: Iterable[Resource], chart: Chart, language: Language) -> list[Measured]:
    """Value by value, in the order of the Observations; the components of one each for itself."""
    return [_value(one, whole, chart, language) for whole in observations for one in results.measured(whole)]


def _value(one: Resource, whole: Resource, chart: Chart, language: Language) -> Measured:
    who = results.whose(whole, chart)
    fits = normal.reference_range(one, who)
    value, unit = results.parted(one, language)
    return Measured(
        id=whole["id"],
        code=code_of(one),
        name=saying.measurement(one, language),
        at=results.moment(whole, chart),
        value=value,
        unit=unit,
        number=results.value_of(one),
        flag=normal.flag(one, who),
        fits=normal.range_text(fits, language),
        low=_bound(fits, "low"),
        high=_bound(fits, "high"),
        is_final=whole.get("status") not in NOT_FINAL,
    )


def _bound(fits: Mapping[str, Any] | None, side: str) -> Decimal | None:
    value = (fits or {}).get(side, {}).get("value")
    return Decimal(str(value)) if value is not None else None


def code_of(one: Resource) -> str:
    """What its own page is called."""
    loinc = saying.code(one.get("code"), LOINC)
    return loinc or next(iter(sorted(categories(one, "code") - {"None"})), "")


def same_as(code: str) -> tuple[str, ...]:
    """All codes of what has the same name; of a blood pressure those of both."""
    if code in (PRESSURE, SYSTOLIC, DIASTOLIC):
        return (PRESSURE, SYSTOLIC, DIASTOLIC)
    for named in (VITAL_SIGNS, {known: test.name for known, test in TESTS.items()}):
        if code in named:
            return tuple(other for other, name in named.items() if name == named[code])
    return (code,)


def newest(found: Iterable[Measured]) -> list[Measured]:
    """Of each test the first, which is the newest."""
    chosen: dict[str, Measured] = {}
    for one in found:
        chosen.setdefault(one.name, one)
    return list(chosen.values())


def grouped(found: Iterable[Measured], language: Language) -> list[tuple[str, list[Measured]]]:
    """By the groups of the laboratory, each in the order in which its tests are known."""
    order = {code: place for place, code in enumerate(TESTS)}
    rows = sorted(found, key=lambda one: (order.get(one.code, len(order)), one.name))
    by_group = {group: [one for one in rows if _group(one) == group] for group in GROUPS}
    return [(group[language == "en"], ones) for group, ones in by_group.items() if ones]


def _group(one: Measured) -> tuple[str, str]:
    test = TESTS.get(one.code)
    return test.group if test is not None else OTHERS


def pressures(found: Sequence[Measured], language: Language) -> list[Measured]:
    """With systolic and diastolic pressure of one moment as one value: 128/80."""
    low = {one.at: one for one in found if one.code == DIASTOLIC}
    high = {one.at for one in found if one.code == SYSTOLIC} & set(low)
    return [
        _pressure(one, low[one.at], language) if one.code == SYSTOLIC and one.at in high else one
        for one in found
        if not (one.code == DIASTOLIC and one.at in high)
    ]


def _pressure(high: Measured, low: Measured, language: Language) -> Measured:
    name, flag = VITAL_SIGNS[PRESSURE][language == "en"], high.flag or low.flag
    value = f"{high.value}/{low.value}"
    return replace(high, code=PRESSURE, name=name, value=value, flag=flag, fits="", low=None, high=None)


def is_vital(code: str) -> bool:
    return code in VITAL_SIGNS


def in_order(found: Iterable[Measured]) -> list[Measured]:
    """Vital signs in the order of the form."""
    order = {code: place for place, code in enumerate(VITAL_SIGNS)}
    return sorted(found, key=lambda one: order.get(one.code, len(order)))


def sets(found: Sequence[Measured]) -> Iterator[tuple[datetime | None, list[Measured]]]:
    """What was measured together: within the same minutes as the hospital's papers have it, the newest first."""
    one_set: list[Measured] = []
    for one in sorted(found, key=lambda one: one.at.timestamp() if one.at else 0, reverse=True):
        first = one_set[0].at if one_set else None
        if one_set and (first is None or one.at is None or first - one.at > results.TOGETHER):
            yield first, one_set
            one_set = []
        one_set.append(one)
    if one_set:
        yield one_set[0].at, one_set
