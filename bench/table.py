"""What was measured, as a table and as JSON."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.measures import Measure

PERCENTILES = (50, 95, 99)
HEAD = (
    *("", "floor/s", "server/s", "ratio", "goal"),
    *("floor p50", "p95", "p99 ms", "server p50", "p95", "p99 ms"),
    *("floor CPU us", "server", "ratio", "mongod us", "server"),
)


@dataclass(frozen=True)
class Round:
    """One load on one server. CPU in seconds, of the server and of MongoDB."""

    seconds: float
    latencies: array[float]
    cpu: float
    database_cpu: float


@dataclass(frozen=True)
class Figures:
    """Of all rounds of one measure on one server: the median of rates and costs, percentiles over all answers."""

    per_second: float
    milliseconds: tuple[float, ...]
    cpu_microseconds: float
    database_microseconds: float


@dataclass(frozen=True)
class Row:
    """`told`: of the floor that tells a journal too; None where that is not measured."""

    measure: Measure
    floor: Figures
    server: Figures
    told: Figures | None = None


@dataclass(frozen=True)
class Found:
    """`memory`: the most that each server held, in MB; `token`: how long a token takes, in ms at PERCENTILES;
    `validation`: how long a Patient is validated, in ms."""

    rows: Sequence[Row]
    memory: dict[str, float]
    token: tuple[float, ...]
    validation: float


def milliseconds(latencies: Iterable[float]) -> tuple[float, ...]:
    """Latencies in seconds at PERCENTILES."""
    everything = sorted(latencies)
    return tuple(1000 * everything[min(len(everything) * p // 100, len(everything) - 1)] for p in PERCENTILES)


def figures(rounds: Sequence[Round]) -> Figures:
    return Figures(
        median(len(one.latencies) / one.seconds for one in rounds),
        milliseconds(latency for one in rounds for latency in one.latencies),
        median(1e6 * one.cpu / len(one.latencies) for one in rounds),
        median(1e6 * one.database_cpu / len(one.latencies) for one in rounds),
    )


def text(found: Found) -> str:
    """The table, right-aligned; below it what the journal alone costs the floor, what a token and a validation take,
    and the peak memory."""
    memory = found.memory
    took = ", ".join(f"p{p} {value:.1f} ms" for p, value in zip(PERCENTILES, found.token, strict=True))
    held = f"peak memory: floor {memory['floor']:.0f} MB, server {memory['server']:.0f} MB"
    share = _share(memory["server"], memory["floor"])
    validated = f"a Patient is validated in {found.validation:.3f} ms"
    below = (*_told(found.rows), f"a token: {took}", validated, f"{held}, ratio {share}")
    return "\n".join([*aligned([HEAD, *map(_cells, found.rows)]), "", *below])


def _told(rows: Iterable[Row]) -> Iterator[str]:
    """How near the server comes to a floor that has the duty to tell, and no other."""
    for row in rows:
        if row.told is not None:
            of_floor = _share(row.told.per_second, row.floor.per_second)
            cost = f"{row.told.per_second:.0f}/s ({of_floor}), {row.told.cpu_microseconds:.0f} us"
            reached = _share(row.server.per_second, row.told.per_second)
            yield f"{row.measure.name}, a floor with a journal: {cost}; the server reaches {reached} of it"


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells])


def _cells(row: Row) -> tuple[str, ...]:
    floor, server, goal = row.floor, row.server, row.measure.goal
    return (
        row.measure.name,
        f"{floor.per_second:.0f}",
        f"{server.per_second:.0f}",
        _share(server.per_second, floor.per_second),
        f">= {goal:.0%}" if goal is not None else "",
        *(f"{value:.1f}" for value in (*floor.milliseconds, *server.milliseconds)),
        f"{floor.cpu_microseconds:.0f}",
        f"{server.cpu_microseconds:.0f}",
        _share(floor.cpu_microseconds, server.cpu_microseconds),
        f"{floor.database_microseconds:.0f}",
        f"{server.database_microseconds:.0f}",
    )


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.0%}" if whole else "-"


def as_json(found: Found) -> dict[str, Any]:
    return {
        "measures": {
            row.measure.name: {
                "ratio": row.server.per_second / row.floor.per_second,
                "goal": row.measure.goal,
                "floor": _json(row.floor),
                "server": _json(row.server),
                **({} if row.told is None else {"floor_with_journal": _json(row.told)}),
            }
            for row in found.rows
        },
        "token": _percentiles(found.token),
        "validation_ms": found.validation,
        "peak_megabytes": found.memory,
    }


def _json(figures: Figures) -> dict[str, float]:
    return {
        "per_second": figures.per_second,
        **_percentiles(figures.milliseconds),
        "cpu_us": figures.cpu_microseconds,
        "mongod_cpu_us": figures.database_microseconds,
    }


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    return {f"p{p}_ms": value for p, value in zip(PERCENTILES, values, strict=True)}
