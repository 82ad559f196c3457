"""What each question took at each size, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.questions import GROWTH, QUESTIONS, Question
from bench.table import aligned

Found = Mapping[int, Mapping[str, "Figures"]]
"""By patients and by the name of the question."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What `$explain` told of one question."""

    scans: bool
    documents: int
    found: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one question at one size. Milliseconds; `cpu`: of the server and MongoDB together, for each request, which a
    busy machine changes least; `requests` that were measured; the most `documents` that were examined and `found`, in
    all steps of a search that was explained."""

    p50: float
    p95: float
    cpu: float
    requests: int
    scans: bool | None
    documents: int
    found: int


def figures(latencies: Sequence[float], cpu: float, costs: Sequence[Cost]) -> Figures:
    """Seconds: of each answer, and of processor time for all; no `costs` for a later page, which is not explained."""
    ordered = sorted(latencies)
    dearest = max(costs, key=lambda cost: cost.documents, default=Cost(False, 0, 0))
    return Figures(
        1000 * ordered[len(ordered) // 2],
        1000 * ordered[min(len(ordered) * 95 // 100, len(ordered) - 1)],
        1000 * cpu / len(ordered),
        len(ordered),
        any(cost.scans for cost in costs) if costs else None,
        dearest.documents,
        dearest.found,
    )


def text(found: Found) -> str:
    """A row for each question. What misses a target is marked with !, and so is a collection scan."""
    sizes = list(found)
    head = ["p50 / p95 / CPU ms", *(f"{size:,}" for size in sizes), "growth", "target", "scan", "examined / found"]
    return "\n".join(
        aligned([head, *(_cells(one, [found[size][one.name] for size in sizes]) for one in _asked(found))])
    )


def _asked(found: Found) -> list[Question]:
    return [one for one in QUESTIONS if all(one.name in there for there in found.values())]


def _cells(question: Question, measured: Sequence[Figures]) -> list[str]:
    last, growth = measured[-1], measured[-1].p50 / measured[0].p50
    late = question.target is not None and last.p50 > question.target
    scans = [one.scans for one in measured]
    return [
        question.name,
        *(f"{one.p50:.1f} / {one.p95:.1f} / {one.cpu:.1f}" for one in measured),
        f"{growth:.2f}{'!' if growth > GROWTH else ' '}",
        "" if question.target is None else f"{question.target:.0f}{'!' if late else ' '}",
        "-" if None in scans else "yes!" if any(scans) else "no",
        f"{last.documents} / {last.found}",
    ]


def as_json(found: Found) -> dict[str, Any]:
    return {
        one.name: {
            "target_ms": one.target,
            "sizes": {str(size): asdict(there[one.name]) for size, there in found.items()},
        }
        for one in _asked(found)
    }
