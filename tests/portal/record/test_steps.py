"""The steps of a visit and how long each was waited for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bookings.ticket import Ticket
from fhir_server.messages import Resource
from portal.record.steps import course

START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def visit(*moves: tuple[str, int], end: int | None = None) -> Resource:
    history = [{"status": status, "period": {"start": at(minute).isoformat()}} for status, minute in moves]
    period = {"start": at(0).isoformat(), **({"end": at(end).isoformat()} if end is not None else {})}
    return {"resourceType": "Encounter", "statusHistory": history, "period": period}


TICKET = Ticket(
    "1", "poli", "Location/1", date(2026, 3, 2), "A", 7, "completed", "Patient/1", "Encounter/1", "1", queued=at(5)
)
POLI = replace(TICKET, called=at(20), started=at(22), finished=at(40))
FARMASI = replace(TICKET, kind="farmasi", letter="F", number=3, queued=at(41), called=at(50), status="received")
ABSENT = replace(TICKET, called=at(20), finished=at(30), status="cancelled")
READY = {"whenPrepared": at(55).isoformat(), "whenHandedOver": at(60).isoformat()}


@pytest.mark.parametrize(
    ("encounter", "tickets", "dispenses", "told"),
    [
        (visit(), [], [], []),
        (visit(("arrived", 0)), [], [], ["Terdaftar"]),
        (
            visit(("arrived", 0), ("in-progress", 26), ("finished", 40), end=40),
            [],
            [],
            ["Terdaftar", "Mulai dilayani 26", "Kunjungan selesai"],
        ),
        (
            visit(("arrived", 0), ("triaged", 4), ("in-progress", 12)),
            [],
            [],
            ["Terdaftar", "Diperiksa perawat (triase) 4", "Mulai dilayani 8"],
        ),
        (
            visit(("arrived", 0), ("in-progress", 22), ("finished", 61)),
            [POLI, FARMASI],
            [READY, {**READY, "whenPrepared": at(53).isoformat()}, {}],
            [
                "Terdaftar",
                "Dipanggil ke poliklinik (A-7) 15",
                "Dilayani di poliklinik",
                "Selesai di poliklinik",
                "Dipanggil ke farmasi (F-3) 9",
                "Obat siap 14",
                "Obat diterima",
                "Kunjungan selesai",
            ],
        ),
        (
            visit(("arrived", 0), ("cancelled", 30)),
            [ABSENT],
            [],
            ["Terdaftar", "Dipanggil ke poliklinik (A-7) 15", "Kunjungan dibatalkan"],
        ),
        (visit(("unknown", 3), ("entered-in-error", 4)), [], [], []),
    ],
)
def test_steps(encounter: Resource, tickets: list[Ticket], dispenses: list[Resource], told: list[str]) -> None:
    found = course(encounter, tickets, dispenses)
    minutes = [f" {step.waited // timedelta(minutes=1)}" if step.waited is not None else "" for step in found.steps]
    assert [step.title.id + waited for step, waited in zip(found.steps, minutes, strict=True)] == told


def test_how_long_it_took_is_known_at_the_end() -> None:
    assert course(visit(("arrived", 0)), [], []).took is None
    assert course(visit(("arrived", 0), end=65), [], []).took == timedelta(minutes=65)
