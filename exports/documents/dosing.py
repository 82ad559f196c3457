"""How a medicine is taken, in the pharmacist's words (signa) and in the patient's. Pure.

What is coded is read from its codes; what is only written is read for a few plain words, and always printed whole.
https://hl7.org/fhir/R4/dosage.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from exports import saying, units, wording

Element = Mapping[str, Any]
Meal = Literal["", "a.c.", "p.c.", "d.c."]

DOSES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("TAB", "FCTAB", "ECTAB", "ERTAB", "SLTAB"), ("tab", "tablet")),
    "CHEWTAB": ("tab", "tablet kunyah"),
    **dict.fromkeys(("CAP", "ERCAP"), ("caps", "kapsul")),
    "POWD": ("pulv", "bungkus"),
    "SUPP": ("supp", "supositoria"),
    **dict.fromkeys(("OPDROP", "OTDROP", "[drp]"), ("gtt", "tetes")),
    "INHL": ("puff", "semprot"),
    **{unit: (unit, unit) for unit in ("mL", "mg", "g", "ug", "[IU]")},
}
"""Code of a dose's unit -> on a prescription, and in plain words. A dose of a syrup is no bottle: such codes are not
here, and the prescriber's own words are printed."""

PERIODS = {"h": "jam", "d": "hari", "wk": "minggu", "mo": "bulan"}
MEALS: Mapping[Meal, tuple[frozenset[str], re.Pattern[str]]] = {
    "a.c.": (
        frozenset("AC ACM ACD ACV".split()),
        re.compile(r"sebelum ((dan|atau|maupun) \w+ )?(makan|sarapan)|perut kosong|before (food|meal)"),
    ),
    "p.c.": (frozenset("PC PCM PCD PCV".split()), re.compile(r"(se[st]\w+ah) makan|after (food|meal)")),
    "d.c.": (frozenset("C CM CD CV".split()), re.compile(r"(bersama\w*|saat|sewaktu) makan|with (food|meal)")),
}
MEAL_WORDS: Mapping[Meal, str] = {"a.c.": "Sebelum makan", "p.c.": "Sesudah makan", "d.c.": "Bersama makan", "": ""}
DAYTIMES = ("Pagi", "Siang", "Sore", "Malam")
WHEN = {
    "Pagi": frozenset("MORN MORN.early MORN.late ACM PCM CM WAKE".split()),
    "Siang": frozenset("NOON ACD PCD CD".split()),
    "Sore": frozenset("AFT AFT.early AFT.late EVE EVE.early".split()),
    "Malam": frozenset("NIGHT HS EVE.late ACV PCV CV".split()),
}
WRITTEN = {name: re.compile(rf"\b{name.lower()}\b") for name in DAYTIMES} | {"Pagi": re.compile(r"\b(pagi|sarapan)\b")}
LATIN = {"MORN": "mane", "NOON": "merid.", "EVE": "vesp.", "NIGHT": "noct.", "HS": "h.s."}
USUAL = {2: ("Pagi", "Malam"), 3: ("Pagi", "Siang", "Malam"), 4: DAYTIMES}
ON_NEED = re.compile(r"\b(bila|jika|kalau|apabila|setiap buang|when needed|as needed)\b")
FINISH = re.compile(r"habiskan|complete the (prescribed )?course")


def signa(dosage: Element) -> str:
    """3 dd tab 1 p.c.; nothing where the codes do not say how often and how much."""
    often, dose = _often(dosage), _dose(dosage)
    if not often or dose is None:
        return ""
    need = "p.r.n." if is_on_need(dosage) else ""
    times = " ".join(LATIN[code] for code in _when(dosage) if code in LATIN)
    return " ".join(part for part in (often, dose[0], meal(dosage), times, need) if part)


def plain(dosage: Element) -> str:
    """As it was written for the patient; else in plain words made of the codes. With what was added to it."""
    told = " ".join(str(dosage.get("patientInstruction") or dosage.get("text") or "").split())
    if told:
        return ", ".join([told, *(more for more in _additional(dosage) if more.casefold() not in told.casefold())])
    dose, repeat = _dose(dosage), _repeat(dosage)
    if dose is None or "frequency" not in repeat:
        return wording.DASH
    period, unit = repeat.get("period", 1), PERIODS.get(str(repeat.get("periodUnit")), "")
    often = f"{repeat['frequency']} kali sehari" if (period, unit) == (1, "hari") else f"{repeat['frequency']} kali"
    every = "" if (period, unit) == (1, "hari") or not unit else f" tiap {wording.decimal(period)} {unit}"
    need = "bila perlu" if is_on_need(dosage) else ""
    parts = (f"{often}{every} {dose[1]}", MEAL_WORDS[meal(dosage)].lower(), need, *_additional(dosage))
    return ", ".join(part for part in parts if part)


def meal(dosage: Element) -> Meal:
    """Nothing where it is not said, or said twice."""
    codes, words = set(_when(dosage)), _words(dosage)
    found = [name for name, (known, pattern) in MEALS.items() if known & codes or pattern.search(words)]
    return found[0] if len(found) == 1 else ""


def daytimes(dosage: Element) -> tuple[str, ...]:
    """As coded, else as written; else those that are usual for what is taken two to four times on each day."""
    codes, words, repeat = set(_when(dosage)), _words(dosage), _repeat(dosage)
    hours = {_daytime(str(time)) for time in repeat.get("timeOfDay", ())}
    told = [name for name in DAYTIMES if WHEN[name] & codes or name in hours]
    told = told or [name for name in DAYTIMES if WRITTEN[name].search(words)]
    if told or is_on_need(dosage):
        return tuple(told)
    is_daily = repeat.get("period") == 1 and repeat.get("periodUnit") == "d"
    return USUAL.get(repeat.get("frequency", 0), ()) if is_daily else ()


def is_on_need(dosage: Element) -> bool:
    need = dosage.get("asNeededBoolean") is True or "asNeededCodeableConcept" in dosage
    return need or ON_NEED.search(_words(dosage)) is not None


def is_to_be_finished(dosage: Element) -> bool:
    return FINISH.search(_words(dosage)) is not None


def _repeat(dosage: Element) -> Element:
    found: Element = dosage.get("timing", {}).get("repeat", {})
    return found


def _when(dosage: Element) -> list[str]:
    return [str(code) for code in _repeat(dosage).get("when", ())]


def _often(dosage: Element) -> str:
    """3 dd, or in words where it is not so many times a day."""
    repeat = _repeat(dosage)
    if "frequency" not in repeat:
        return ""
    most = f"–{repeat['frequencyMax']}" if "frequencyMax" in repeat else ""
    times, period, unit = f"{repeat['frequency']}{most}", repeat.get("period", 1), str(repeat.get("periodUnit", ""))
    if (period, unit) == (1, "d"):
        return f"{times} dd"
    word = PERIODS.get(unit)
    return f"{times} x tiap {wording.decimal(period)} {word}" if word else ""


def _dose(dosage: Element) -> tuple[str, str] | None:
    """(tab 1, 1 tablet); None where it is not coded, or in a unit that is not understood."""
    for row in dosage.get("doseAndRate", ()):
        dose, span = row.get("doseQuantity"), row.get("doseRange")
        ends = [dose] if dose else [part for part in (span or {}).values() if isinstance(part, dict)]
        known = DOSES.get(str(ends[0].get("code") or ends[0].get("unit"))) if ends else None
        if known and all("value" in end for end in ends):
            number = "–".join(saying.number(end) for end in ends)
            is_measured = known[0] == known[1]
            unit = units.printed(ends[0]) if is_measured else known[1]
            return (f"{number} {unit}" if is_measured else f"{known[0]} {number}"), f"{number} {unit}"
    return None


def _daytime(time: str) -> str:
    """08:00:00 -> Pagi"""
    hour = int(time[:2]) if time[:2].isdigit() else 0
    return next((name for name, until in zip(DAYTIMES, (11, 15, 18), strict=False) if 4 <= hour < until), "Malam")


def _additional(dosage: Element) -> Iterator[str]:
    for one in dosage.get("additionalInstruction", ()):
        if (told := " ".join(saying.concept(one).split())) not in ("", wording.DASH):
            yield told


def _words(dosage: Element) -> str:
    """All that is written, in small letters."""
    told = (dosage.get("text"), dosage.get("patientInstruction"), *_additional(dosage))
    return " ".join(str(part) for part in told if part).casefold()
