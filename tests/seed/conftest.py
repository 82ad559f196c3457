"""One demo hospital and three hundred records of it, made once for all tests that look at them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from seed.clinical import patient_record
from seed.hospital import Hospital, hospital
from seed.queues import Queues, numbered, queues_of

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
def _numbered(house: Hospital) -> tuple[Records, Queues]:
    queues = queues_of(house)
    return {number: list(numbered(patient_record(number, SEED, TODAY, house), queues)) for number in NUMBERS}, queues


@pytest.fixture(scope="session")
def records(_numbered: tuple[Records, Queues]) -> Records:
    return _numbered[0]


@pytest.fixture(scope="session")
def queues(_numbered: tuple[Records, Queues]) -> Queues:
    """The sessions with the bookings of these records."""
    return _numbered[1]


@pytest.fixture(scope="session")
def everything(house: Hospital, records: Records) -> Record:
    return [*house.resources, *flatten(records.values())]


def flatten(records: Iterable[Record]) -> Record:
    return [resource for record in records for resource in record]
