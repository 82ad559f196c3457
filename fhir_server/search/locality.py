"""Where a search is read: what a date without zone and a reference without host mean here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fhir_server.search.terminology import NOTHING, Known


@dataclass(frozen=True, slots=True)
class Locality:
    """`zone`: the hospital's, for dates that carry none; `base`: the server's own FHIR base URL, without a slash at the
    end; `now`: the moment that `ap` measures from; `known`: what was read for the search, see terminology.needs."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Makassar"))
    base: str = ""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    known: Known = NOTHING

    def relative(self, url: str) -> str:
        """The URL as Type/id where it is below our own base, unchanged elsewhere."""
        return url.removeprefix(self.base + "/") if self.base else url
