"""What the pages must know of the record: patients to name and to choose from, and where to send a code.

The record is not ours: who builds the server gives an implementation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from auth.users import User


class RecordUnavailable(Exception):
    """The record does not answer now."""


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as the pages show one. `number`: of the medical record; `born`: as FHIR writes a date."""

    id: str
    name: str
    born: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Encounter:
    """An encounter as the pages show one. `when`: its date; `what`: its place or kind."""

    id: str
    when: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Where the record says that a patient can be reached."""

    patient: str
    telephone: str | None = None
    email: str | None = None


class People(Protocol):
    """Each of these sees what the user given may see, and no more. All raise RecordUnavailable."""

    async def patients(self, user: User, ids: Sequence[str]) -> list[Person]:
        """Those of these patients whose record the user may open, in the same order."""

    async def found(self, user: User, text: str) -> list[Person]:
        """The first patients whose name, NIK or record number this is, of those whose record the user may open."""

    async def encounters(self, user: User, patient: str) -> list[Encounter]:
        """The latest encounters of a patient, the newest first."""

    async def contact(self, nik: str, born: date) -> Contact | None:
        """The one living patient with this NIK and date of birth, whoever asks."""
