"""Rates, percentiles and ratios from rounds."""

from array import array
from dataclasses import replace

from bench.measures import MEASURES
from bench.table import Figures, Found, Round, Row, as_json, figures, text

FLOOR = Figures(1000.0, (1.0, 2.0, 3.0), 100.0, 10.0)
SERVER = Figures(650.0, (2.0, 4.0, 6.0), 160.0, 20.0)
MEMORY = {"floor": 80.0, "server": 120.0}
FOUND = Found([Row(MEASURES[0], FLOOR, SERVER)], MEMORY, (8.0, 9.0, 10.0), 0.05)


def test_figures_take_the_median_of_rounds_and_all_latencies() -> None:
    rounds = [
        Round(1.0, array("d", [0.001] * 50), 0.005, 0.0005),
        Round(1.0, array("d", [0.002] * 100), 0.02, 0.002),
        Round(1.0, array("d", [0.1] * 150), 0.06, 0.003),
    ]
    found = figures(rounds)
    assert found.per_second == 100
    assert found.milliseconds == (100.0, 100.0, 100.0)
    assert round(found.cpu_microseconds) == 200
    assert round(found.database_microseconds) == 20


def test_percentiles_of_a_hundred() -> None:
    found = figures([Round(1.0, array("d", [number / 1000 for number in range(100)]), 0.0, 0.0)])
    assert found.milliseconds == (50.0, 95.0, 99.0)


def test_text_shows_ratio_and_goal() -> None:
    head, row, _, token, validated, memory = text(FOUND).splitlines()
    assert row.split()[:6] == ["read", "1000", "650", "65%", ">=", "60%"]
    assert len(head) == len(row)
    assert token == "a token: p50 8.0 ms, p95 9.0 ms, p99 10.0 ms"
    assert validated == "a Patient is validated in 0.050 ms"
    assert memory == "peak memory: floor 80 MB, server 120 MB, ratio 150%"


def test_text_and_json_tell_of_a_floor_with_a_journal() -> None:
    found = replace(FOUND, rows=[Row(MEASURES[0], FLOOR, SERVER, Figures(812.5, (1.5, 2.5, 3.5), 125.0, 15.0))])
    told = text(found).splitlines()[3]
    assert told == "read, a floor with a journal: 812/s (81%), 125 us; the server reaches 80% of it"
    assert as_json(found)["measures"]["read"]["floor_with_journal"]["per_second"] == 812.5
    assert "floor_with_journal" not in as_json(FOUND)["measures"]["read"]


def test_json_has_the_same_figures() -> None:
    found = as_json(FOUND)
    assert found["peak_megabytes"] == MEMORY
    assert found["validation_ms"] == 0.05
    assert found["token"] == {"p50_ms": 8.0, "p95_ms": 9.0, "p99_ms": 10.0}
    assert found["measures"]["read"]["ratio"] == 0.65
    assert found["measures"]["read"]["server"] == {
        "per_second": 650.0,
        "p50_ms": 2.0,
        "p95_ms": 4.0,
        "p99_ms": 6.0,
        "cpu_us": 160.0,
        "mongod_cpu_us": 20.0,
    }
