"""The tables have exactly the values that FHIR has."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from fhir_server.messages import Resource
from tests.journeys.tokens import given
from tests.portal.world import World

CELL = re.compile(r'<tr><td class="day">[^<]*</td><td>([^<]*)')


async def test_all_values_of_every_test_are_on_its_page(world: World) -> None:
    observations = await _observations(world)
    by_code: dict[str, list[Resource]] = {}
    for one in observations:
        by_code.setdefault(one["code"]["coding"][0]["code"], []).append(one)
    assert len(by_code) > 12
    for code in sorted(by_code.keys() - {"8480-6", "8462-4"}):
        told = Counter(_number(cell) for cell in await _cells(world, code))
        assert told == Counter(Decimal(str(one["valueQuantity"]["value"])) for one in by_code[code]), code


async def test_both_pressures_are_on_one_page(world: World) -> None:
    observations = await _observations(world)
    high = [one["valueQuantity"]["value"] for one in observations if one["code"]["coding"][0]["code"] == "8480-6"]
    told = [int(cell.split("/")[0]) for cell in await _cells(world, "8480-6")]
    assert len(told) > 3
    assert Counter(told) == Counter(high)


async def _observations(world: World) -> list[Resource]:
    """What was measured, in numbers."""
    token = given(world.smart, "user/*.rs", world.mother)
    bundle = (await world.smart.fhir(f"Observation?patient={world.patient}&_count=1000", token)).json()
    return [row["resource"] for row in bundle["entry"] if "valueQuantity" in row["resource"]]


async def _cells(world: World, code: str) -> list[str]:
    """Of all pages of a test."""
    found: list[str] = []
    path = f"/record/results/{code}"
    async with world.browser(world.mother) as browser:
        while True:
            page = (await browser.get(f"/portal{path}")).text
            found += CELL.findall(page)
            after = re.search(r'href="(\?page=[^"]+)" rel="next"', page)
            if after is None:
                return found
            path = f"/record/results/{code}{after[1]}"


def _number(cell: str) -> Decimal:
    return Decimal(cell.split()[0].replace(".", "").replace(",", ".").rstrip("%"))
