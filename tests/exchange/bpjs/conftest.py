"""The web services on the real database, without a socket."""

from __future__ import annotations

import pytest

from auth.caller import SYSTEM
from bookings.reception import reception
from bookings.rules import Rules
from exchange.bpjs.antrean import Antrean
from exchange.bpjs.pharmacy import Pharmacy
from fhir_server.record import Record
from fhir_server.store.store import Store
from main import site
from settings import Settings
from tests.bookings.worlds import NOW, ORGANIZATION
from tests.clock import Clock
from tests.exchange.bpjs.world import FARMASI, LOKET, World
from tests.fhir_server.conftest import BASE


@pytest.fixture
def world(store: Store) -> World:
    clock, place = Clock(NOW), site(Settings(base_url=BASE))

    def hospital() -> Record:
        return Record(store, SYSTEM, place, clock=clock)

    opened = reception(hospital, Rules(), LOKET, clock)
    antrean = Antrean(opened.clerk, opened.arrivals, ORGANIZATION, Pharmacy(opened.clerk, FARMASI))
    return World(store, clock, opened, antrean)
