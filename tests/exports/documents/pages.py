"""What a reader finds on a drawn document."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from exports.making import Issued, Kind, Making
from fhir_server.messages import Resource
from tests.exports import charts

ISSUED = Issued(
    "12/SKS/YANMED/XI/2026", datetime(2026, 11, 24, 1, tzinfo=UTC), "https://rsud.example/v/0123456789abcdef"
)


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of a document, each with single spaces."""

    lines: tuple[str, ...]

    def row(self, label: str) -> str:
        """What stands beside a label, on its first line. Raises StopIteration."""
        line = next(line for line in self.lines if line.startswith(f"{label} :"))
        return line.removeprefix(f"{label} :").strip()

    @property
    def text(self) -> str:
        return " ".join(self.lines)

    def has(self, label: str) -> bool:
        return any(line.startswith(f"{label} :") for line in self.lines)

    def inorder(self, *texts: str) -> bool:
        """Whether these stand one after the other, the first occurrence of each after that of the one before."""
        place = 0
        for text in texts:
            place = self.text.find(text, place)
            if place < 0:
                return False
            place += len(text)
        return True


def printed(kind: Kind, making: Making, folder: Path) -> Page:
    """The document as it is issued, so that no watermark runs through the lines."""
    content = charts.drawn(kind.sheet(replace(making, issued=making.issued or ISSUED)))
    text = charts.text_of(content, folder, layout=True)
    return Page(tuple(" ".join(line.split()) for line in text.splitlines() if line.strip()))


def changed(making: Making, name: str, /, **content: object) -> Making:
    """The making with other content in one resource, given as Type/id; None takes an element away."""
    chart = making.chart
    resource: Resource = {**chart.resources.get(name, {}), **content}
    kept = {key: value for key, value in resource.items() if value is not None}
    return replace(making, chart=replace(chart, resources={**chart.resources, name: kept}))


def without(making: Making, *types: str) -> Making:
    """The making of somebody who may not see these types."""
    kept = {name: one for name, one in making.chart.resources.items() if name.partition("/")[0] not in types}
    return replace(making, chart=replace(making.chart, resources=kept))


def asked(making: Making, **options: str) -> Making:
    return replace(making, options=options)
