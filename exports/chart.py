"""The resources that a document is made of, as they were read for one caller; and how one leads to another. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from resources.issues import Text

DATED = ("issued", "effectiveDateTime", "authoredOn", "recordedDate", "occurrenceDateTime", "performedDateTime", "date")
PERIODS = ("performedPeriod", "effectivePeriod", "period")


@dataclass(frozen=True, slots=True)
class Chart:
    """`focus`: the resource that the document is about, as Type/id; `resources`: all by that name, in the order in
    which they were read; `zone`: where the hospital is; `base`: the public FHIR base, of absolute references;
    `options`: what was asked for besides, for what is read."""

    focus: str
    resources: Mapping[str, Resource]
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Makassar"))
    base: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def about(self) -> Resource:
        return self.resources[self.focus]

    def of(self, type: str) -> list[Resource]:
        """All of a type, the oldest first; those without a date first of all."""
        found = [resource for name, resource in self.resources.items() if name.startswith(f"{type}/")]
        return sorted(found, key=lambda resource: (when(resource), resource["id"]))

    def get(self, reference: Mapping[str, Any] | None, within: Resource | None = None) -> Resource | None:
        """What a reference leads to, where it was read; a contained one in the resource that it stands in."""
        url = name_of(reference, self.base)
        if url.startswith("#") and within is not None:
            return next((one for one in within.get("contained", ()) if one.get("id") == url[1:]), None)
        return self.resources.get(url)

    def all(self, references: Iterable[Mapping[str, Any]]) -> list[Resource]:
        return [found for reference in references if (found := self.get(reference)) is not None]

    @property
    def patient(self) -> Resource:
        """Of the focus. Raises NotFound where it was not read."""
        found = self.resources.get(self.patient_name)
        if found is None:
            raise NotFound(
                Text("The patient of this document is not there.", "Pasien dari dokumen ini tidak ditemukan.")
            )
        return found

    @property
    def patient_name(self) -> str:
        """Of whom the focus tells, as Patient/id; nothing where it tells of none."""
        if self.focus.startswith("Patient/"):
            return self.focus
        actors = [row.get("actor") for row in self.about.get("participant", ())]
        told = [self.about.get(code) for code in ("subject", "patient", "for", "beneficiary")]
        names = (name_of(one, self.base) for one in (*told, *actors))
        return next((name for name in names if name.startswith("Patient/")), "")

    def day(self, value: str | None) -> date | None:
        """The local day of a FHIR date or instant; of less than a day none."""
        if not value or len(value) < 10:
            return None
        return date.fromisoformat(value) if len(value) == 10 else self.moment(value).date()

    def moment(self, value: str) -> datetime:
        """A FHIR instant in the hospital's time."""
        return datetime.fromisoformat(value).astimezone(self.zone)


def name_of(reference: Mapping[str, Any] | None, base: str = "") -> str:
    """Type/id of a reference without its version, or nothing."""
    url = str((reference or {}).get("reference", ""))
    if base:
        url = url.removeprefix(f"{base}/")
    return url.partition("/_history/")[0]


def when(resource: Resource) -> str:
    """The moment of a resource as text that sorts, or nothing."""
    for code in DATED:
        if code in resource:
            return str(resource[code])
    return next((str(resource[code].get("start", "")) for code in PERIODS if code in resource), "")


def references(value: Any) -> Iterator[Mapping[str, Any]]:
    """All references inside of a resource."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)
