"""How the pages of the record are shown."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from portal.visit import Visit
from portal.words import Words


def shown(visit: Visit, template: str, **values: Any) -> Response:
    """A page of the record."""
    return visit.page(f"record/{template}", words=Words(visit), **values)
