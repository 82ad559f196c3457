"""The first page: what one can do here; of who signed in, what comes next."""

from __future__ import annotations

from starlette.responses import Response

from portal.paging import Page
from portal.visit import Visit


async def show(visit: Visit) -> Response:
    return visit.page("home.html")


PAGES = (Page("", "nobody", show),)
