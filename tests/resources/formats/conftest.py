"""The official examples of R4, by resource type."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / ".cache" / "hl7.fhir.r4.examples" / "package"

LARGEST = 10 * 1024 * 1024
"""Bytes: the largest body that the server takes. Three Bundles of definitions are larger."""

ExamplesOf = Callable[[str], list[bytes]]


@cache
def _names() -> tuple[Path, ...]:
    return tuple(sorted(path for path in FOLDER.glob("*-*.json") if path.stat().st_size <= LARGEST))


@pytest.fixture
def examples_of() -> ExamplesOf:
    """The bodies of the examples of a type that the server would take; six types have none."""

    def of(type: str) -> list[bytes]:
        return [path.read_bytes() for path in _names() if path.name.startswith(f"{type}-")]

    return of
