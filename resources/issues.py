"""What is wrong with a resource or a request, in two languages. https://hl7.org/fhir/R4/operationoutcome.html"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Text(NamedTuple):
    """The same sentence in English and in Bahasa Indonesia."""

    en: str
    id: str

    def in_language(self, language: str) -> str:
        return self.id if language == "id" else self.en


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem. `severity`: fatal, error, warning, information; `code`: an issue type of FHIR;
    `expression`: FHIRPath of the element, such as Patient.contact[0].name, empty where it concerns no element; `rule`:
    the hospital's rule that says so, by its name."""

    severity: str
    code: str
    text: Text
    expression: str = ""
    rule: str = ""
