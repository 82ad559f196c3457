"""What of an issued document must be unique: its number, and the id by which anybody checks it.

https://hl7.org/fhir/R4/documentreference.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from resources.identifiers import Identifier, identifiers
from resources.systems import DOCUMENT_NUMBER_PREFIX, VERIFICATION


def document_keys(resource: Any) -> Iterator[Identifier]:
    for found in identifiers(resource):
        if found.current and (found.system == VERIFICATION or found.system.startswith(DOCUMENT_NUMBER_PREFIX)):
            yield found
