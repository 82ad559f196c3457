"""One demo hospital and three hundred records of it, made once for all tests that look at them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from seed.clinical import patient_record
from seed.hospital import Hospital, hospital

TODAY = date(2026, 6, 15)
SEED = 1
NUMBERS = range(1, 301)

Record = list[dict[str, Any]]
Records = dict[int, Record]


@pytest.fixture(scope="session")
def today() -> date:
    return TODAY


@pytest.fixture(scope="session")
def house() -> Hospital:
    return hospital(TODAY)


@pytest.fixture(scope="session")
def records(house: Hospital) -> Records:
    return {number: patient_record(number, SEED, TODAY, house) for number in NUMBERS}


@pytest.fixture(scope="session")
def everything(house: Hospital, records: Records) -> Record:
    return [*house.resources, *flatten(records.values())]


def flatten(records: Iterable[Record]) -> Record:
    return [resource for record in records for resource in record]
