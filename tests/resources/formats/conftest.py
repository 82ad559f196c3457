"""The official examples of R4, by resource type."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / ".cache" / "hl7.fhir.r4.examples" / "package"

ExamplesOf = Callable[[str], list[bytes]]


@cache
def _names() -> tuple[Path, ...]:
    return tuple(sorted(FOLDER.glob("*-*.json")))


@pytest.fixture
def examples_of() -> ExamplesOf:
    """The bodies of all examples of a type; six types have none."""

    def of(type: str) -> list[bytes]:
        return [path.read_bytes() for path in _names() if path.name.startswith(f"{type}-")]

    return of
