"""What a patient may do about the own record, in plain words, each with the page where it is done."""

from __future__ import annotations

from starlette.responses import Response

from portal.visit import Visit


async def show(visit: Visit) -> Response:
    return visit.page("rights/overview.html")
