"""What one validation knows while it walks: the problems found, and the resource it is in. https://hl7.org/fhir/R4/fhirpath.html#vars"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from resources.issues import Issue, Text

Json: TypeAlias = dict[str, Any]
Check: TypeAlias = Callable[[Any, str, "Scope"], None]
"""(value, FHIRPath of the value, scope): adds what is wrong to the scope."""

Problem: TypeAlias = tuple[str, Text]
"""Issue code and sentence."""

ENOUGH = 1000


class TooManyProblems(Exception):
    """Nobody reads more than twice ENOUGH: the validation ends here."""


class Scope:
    """`resource` is FHIRPath's %resource; `container` the scope of what contains it, for contained resources."""

    __slots__ = ("_contained", "container", "issues", "resource")

    def __init__(self, issues: list[Issue], resource: Json, container: Scope | None = None) -> None:
        self.issues = issues
        self.resource = resource
        self.container = container
        self._contained: dict[str, str] | None = None

    def add(self, problem: Problem, expression: str, severity: str = "error") -> None:
        """Beyond ENOUGH only errors are kept: an error is never lost among warnings. Raises TooManyProblems beyond
        twice that."""
        if len(self.issues) >= ENOUGH and severity != "error":
            return
        if len(self.issues) >= 2 * ENOUGH:
            raise TooManyProblems
        self.issues.append(Issue(severity, problem[0], problem[1], expression))

    @property
    def root(self) -> Scope:
        """The scope whose contained resources '#id' means."""
        return self.container or self

    def contained(self) -> dict[str, str]:
        """id -> resource type of the resources contained in %rootResource."""
        root = self.root
        if root._contained is None:
            listed = root.resource.get("contained")
            rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
            root._contained = {str(row.get("id")): str(row.get("resourceType")) for row in rows}
        return root._contained
