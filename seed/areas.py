"""The provinces' areas as the Ministry of Home Affairs numbers them: where the demo's patients live."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from random import Random

from seed.elements import EXTENSION, Element

REGENCY_WEIGHTS = {
    "64.02": 60,
    "64.72": 14,
    "64.74": 8,
    "64.08": 5,
    "64.71": 4,
    "64.07": 3,
    "64.09": 2,
    "64.03": 2,
    "64.01": 1,
    "64.11": 1,
}
"""How many of a hundred patients come from where; the hospital stands in Kutai Kartanegara."""


@dataclass(frozen=True, slots=True)
class Area:
    """A village with its parents. `code` without dots, 10 digits: 6402052001."""

    code: str
    village: str
    district: str
    regency: str
    postal: str

    @property
    def city(self) -> str:
        return self.regency.removeprefix("Kabupaten ").removeprefix("Kota ")


@lru_cache(maxsize=1)
def areas() -> dict[str, tuple[Area, ...]]:
    """All villages by dotted regency code."""
    lines = resources.files("seed").joinpath("data/kaltim.tsv").read_text("utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    names = {code: name for code, name, _ in rows}
    found: dict[str, list[Area]] = {code: [] for code in REGENCY_WEIGHTS}
    for code, name, postal in rows:
        if len(code) == len("64.02.05.2001"):
            area = Area(code.replace(".", ""), name, names[code[:8]], names[code[:5]], postal)
            found[code[:5]].append(area)
    return {code: tuple(villages) for code, villages in found.items()}


def pick(rng: Random) -> Area:
    """A village, those near the hospital more often."""
    regency = rng.choices(list(REGENCY_WEIGHTS), list(REGENCY_WEIGHTS.values()))[0]
    return rng.choice(areas()[regency])


def address(area: Area, line: str, rt: int, rw: int) -> Element:
    """An Address with the administrativeCode extension of SATUSEHAT."""
    parts = {
        "province": area.code[:2],
        "city": area.code[:4],
        "district": area.code[:6],
        "village": area.code,
        "rt": f"{rt:03d}",
        "rw": f"{rw:03d}",
    }
    return {
        "use": "home",
        "type": "both",
        "line": [line],
        "city": area.city,
        "district": area.district,
        "state": "Kalimantan Timur",
        "postalCode": area.postal,
        "country": "ID",
        "extension": [
            {
                "url": EXTENSION + "administrativeCode",
                "extension": [{"url": name, "valueCode": code} for name, code in parts.items()],
            }
        ],
    }
