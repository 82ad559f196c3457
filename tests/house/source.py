"""The project's own Python files, for the tests of the house rules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = (
    *("resources", "auth", "fhir_server", "bookings", "exports", "portal", "clinic", "exchange", "seed"),
    *("bench", "tests", "deploy"),
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files() -> tuple[Path, ...]:
    """Every Python file of ours, tests included."""
    inside = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return tuple(sorted([*ROOT.glob("*.py"), *inside]))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions() -> Iterator[tuple[str, Function]]:
    """(file:line, function) of every function."""
    for path in files():
        for node in ast.walk(tree(path)):
            if isinstance(node, Function):
                yield f"{name(path)}:{node.lineno} {node.name}", node
