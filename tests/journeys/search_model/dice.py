"""Random values of FHIR's data types, from small pools, so that random searches meet them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")
Json = dict[str, Any]

FAMILIES = (
    *("Contoh", "Contohwati", "Sutéjo", "SUTEJO", "Ma'ruf", "Maruf", "O’Rekaan", "Uji-Coba", "Uji Coba", "Fiktif"),
    *(
        "Ｆｉｋｔｉｆ",
        "Straße",
        "Strasse",
        "Rekaan, S.Kep",
        "Pipa|Batang",
        "Dolar$Uang",
        "Miring\\Balik",
        "Ünal",
        "İnci",
    ),
)
GIVENS = (
    "Siti",
    "SITI",
    "síti",
    "Siti Aminah",
    "I Made",
    "Budi",
    "Budi  Luhur",
    "Ayu",
    "Nyoman",
    "R.",
    "Æsa",
    "Ni-Luh",
)
CITIES = ("Makassar", "Kota Makassar", "MATARAM", "Jayapura", "Kab. Sikka", "São Tomé")
HOME, ELSEWHERE = "http://test/fhir", "http://lain.example/fhir"
SYSTEMS = ("http://contoh.example/a", "http://contoh.example/b", "urn:oid:1.2.3")
ICD_10, DIAGNOSES = "http://hl7.org/fhir/sid/icd-10", ("E11", "E11.6", "E11.65", "E11.9", "J45")
TYPES = tuple(
    {"coding": [{"system": "http://contoh.example/t", "code": code}], "text": f"Nomor {code}"} for code in "XY"
)
CODES = ("alfa", "Alfa", "beta", "a,b", "a|b", "x$y", "z\\")
MIDNIGHTS = (datetime(2024, 3, 1), datetime(2024, 2, 29), datetime(2024, 1, 1), datetime(2025, 12, 31))  # noqa: DTZ001
BESIDE = (0, -1, 1, 999, -1000, 1000, 59_999, 60_000, 3_600_000, -3_600_000, 43_200_000)
HOURS = (7, 8, 9, 0)
DAYS = ("2024", "2024-02", "2024-03", "2024-02-29", "2024-03-01", "2023-12-31", "2025", "2025-12", "2025-12-31")
WHOLE_DAYS = tuple(day for day in DAYS if len(day) == 10)
BIRTHS = ("1942-02-09", "1945-09-23", "1930-01-01", "1985", "1985-07", "1985-07-31", "1985-08-01", "2000-02-29", "2024")
NUMBERS = (
    "5",
    "5.0",
    "5.4",
    "5.40",
    "5.45",
    "0.05",
    "50",
    "99.5",
    "100",
    "100.4",
    "100.5",
    "120",
    "-3",
    "0",
    "1000",
    "278.15",
)
WRITTEN_UNITS = (
    *(("mg/dL", "mg/dL"), ("g/L", "g/L"), ("mmHg", "mm[Hg]"), ("kPa", "kPa"), ("kg", "kg"), ("g", "g"), ("cm", "cm")),
    *(("m", "m"), ("%", "%"), ("/min", "/min"), ("mmol/L", "mmol/L"), ("jam", "h"), ("min", "min")),
    *[("C", "Cel"), ("K", "K")] * 4,
)
UCUM = "http://unitsofmeasure.org"


def without_nothing(value: Mapping[str, Any]) -> Json:
    """Without the properties that are None or empty."""
    return {name: item for name, item in value.items() if item is not None and item != [] and item != {}}


@dataclass(frozen=True)
class Dice:
    random: Random

    def happens(self, chance: float) -> bool:
        return self.random.random() < chance

    def one(self, pool: Sequence[T]) -> T:
        return pool[self.random.randrange(len(pool))]

    def either(self, *choices: Json) -> Json:
        return self.one(choices)

    def perhaps(self, value: T, chance: float = 0.5) -> T | None:
        return value if self.happens(chance) else None

    def some(self, pool: Sequence[T], most: int) -> list[T]:
        return [self.one(pool) for _ in range(self.random.randint(0, most))]

    def moment(self) -> str:
        """A moment at or beside a midnight of the hospital (UTC+8), written in WIB, WITA, WIT or UTC."""
        local = self.one(MIDNIGHTS).replace(tzinfo=timezone(timedelta(hours=8)))
        moved = local + timedelta(milliseconds=self.one(BESIDE))
        text = moved.astimezone(timezone(timedelta(hours=self.one(HOURS)))).isoformat(
            timespec="milliseconds" if moved.microsecond or self.happens(0.1) else "seconds"
        )
        return text.replace("+00:00", "Z")

    def date_time(self) -> str:
        return self.one(DAYS) if self.happens(0.4) else self.moment()

    def period(self) -> Json:
        one, other = (
            (self.moment(), self.moment()) if self.happens(0.6) else (self.one(WHOLE_DAYS), self.one(WHOLE_DAYS))
        )
        start, end = sorted((one, other), key=datetime.fromisoformat)
        both = (
            {"start": start, "end": end}
            if datetime.fromisoformat(start) < datetime.fromisoformat(end)
            else {"end": end}
        )
        return self.one((both, both, {"start": self.date_time()}, {"end": self.date_time()}))

    def timing(self) -> Json:
        events = [self.date_time() for _ in range(self.random.randint(0, 3))]
        bounds = self.period() if self.happens(0.4) or not events else {}
        repeat = without_nothing({"boundsPeriod": bounds})
        found = without_nothing({"event": events, "repeat": repeat})
        return found or {"code": {"text": "setiap hari"}}

    def number(self) -> Decimal:
        return Decimal(self.one(NUMBERS))

    def quantity(self, comparators: bool = True) -> Json:
        unit, code = self.one(WRITTEN_UNITS)
        coded = self.happens(0.8)
        return without_nothing(
            {
                "value": self.perhaps(self.number(), 0.95),
                "comparator": self.perhaps(self.one(("<", "<=", ">", ">=")), 0.1) if comparators else None,
                "unit": self.perhaps(unit, 0.6) if coded else unit,
                "system": UCUM if coded else None,
                "code": code if coded else None,
            }
        )

    def age(self) -> Json:
        return {"value": abs(self.number()) + 1, "unit": "tahun", "system": UCUM, "code": self.one(("a", "mo"))}

    def range(self, unit: Json, most: Decimal = Decimal(1000)) -> Json:
        low, high = sorted(min(abs(self.number()), most) for _ in range(2))
        ends = {"low": {"value": low, **unit}, "high": {"value": high, **unit}}
        return {end: ends[end] for end in self.one((("low", "high"), ("low",), ("high",)))}

    def coding(self) -> Json:
        if self.happens(0.1):
            return {"system": ICD_10, "code": self.one(DIAGNOSES)}
        system, code = self.one((*SYSTEMS, None)), self.one(CODES)
        return without_nothing({"system": system, "code": code, "display": self.perhaps(self.one(GIVENS), 0.3)})

    def concept(self) -> Json:
        codings = [self.coding() for _ in range(self.one((0, 1, 1, 1, 2)))]
        return without_nothing(
            {"coding": codings, "text": None if codings and self.happens(0.7) else self.one(FAMILIES)}
        )

    def identifier(self) -> Json:
        system, value = self.one((*SYSTEMS, None)), self.one((*CODES, "12345"))
        given = value if system is None else self.perhaps(value, 0.9)
        type = self.perhaps(self.one(TYPES), 0.4)
        return without_nothing({"system": system, "value": given, "use": self.perhaps("usual", 0.3), "type": type})

    def reference(self, *known: str) -> Json:
        """To one of the known Type/id, in one of the ways that a reference can be written."""
        target = self.one(known)
        type = target.partition("/")[0]
        return self.one(
            (
                *([{"reference": target}] * 12),
                {"reference": f"{HOME}/{target}"},
                {"reference": f"{target}/_history/1"},
                {"reference": f"{ELSEWHERE}/{target}"},
                {"reference": f"{type}/tidak-ada"},
                {"type": type, "identifier": self.identifier()},
                {"reference": target, "identifier": self.identifier()},
                {"display": "hanya nama"},
            )
        )

    def name(self) -> Json:
        found = {
            "text": self.perhaps(f"{self.one(GIVENS)} {self.one(FAMILIES)}", 0.3),
            "family": self.perhaps(self.one(FAMILIES), 0.7),
            "given": self.some(GIVENS, 2),
            "prefix": self.some(("dr.", "H.", "Ny."), 1),
            "use": self.perhaps("official", 0.3),
        }
        return without_nothing(found) or {"use": "anonymous"}

    def address(self, *uses: str) -> Json:
        found = {
            "line": self.some(("Jl. Contoh 1", "Gg. Rekaan"), 2),
            "city": self.perhaps(self.one(CITIES), 0.8),
            "district": self.perhaps(self.one(CITIES), 0.2),
            "state": self.perhaps("Sulawesi Selatan"),
            "postalCode": self.perhaps(self.one(("90111", "901", "83231"))),
            "country": self.perhaps("ID"),
        }
        return {"use": self.one(uses or ("home", "work", "temp")), **without_nothing(found)}

    def contact(self) -> Json:
        system = self.one(("phone", "email", "sms"))
        value = self.one(("0811-000", "contoh@contoh.example", "+62 811"))
        return without_nothing(
            {"system": system, "value": value, "use": self.perhaps(self.one(("home", "mobile", "work")))}
        )

    def meta(self) -> Json:
        return without_nothing(
            {
                "tag": [self.coding() for _ in range(self.one((0, 0, 1, 2)))],
                "security": [self.coding()] if self.happens(0.1) else [],
                "profile": self.some(
                    (
                        "http://contoh.example/p",
                        "http://contoh.example/p|1.0",
                        "http://contoh.example/p/q",
                        "http://contoh.example/pq",
                    ),
                    1,
                ),
                "source": self.perhaps(self.one(("http://contoh.example/s", "urn:s,1")), 0.2),
            }
        )
