"""The board of a waiting room: /board/ruang-int, or several service points with commas between.

Without JavaScript the page loads itself again; with it, live streams keep it (see bookings.live_routes).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from auth.pages.templating import templates
from bookings.board.showing import board
from bookings.live import Live
from bookings.live_routes import points_of
from fhir_server.errors import FhirError

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    ),
    "Cache-Control": "no-store",
}
FILES = {"board.css": "text/css", "board.js": "text/javascript"}
RELOAD_SECONDS = 5
"""Where a browser runs no JavaScript, and while the database does not answer."""


def routes(hospital: str) -> list[BaseRoute]:
    """`hospital`: its name, at the top. They find `live`, a Live, in the state of the request."""

    async def show(web: Request) -> Response:
        live: Live = web.state.live
        try:
            topic = await live.points(points_of(web.path_params["area"]))
        except FhirError as error:
            headers = {**HEADERS, "Refresh": str(RELOAD_SECONDS)} if error.status >= 500 else HEADERS
            return PlainTextResponse(f"{error.issues[0].text.id}\n", error.status, headers)
        now = live.now()
        html = (
            templates("bookings.board")
            .get_template("board.html")
            .render(
                hospital=hospital,
                area=web.path_params["area"],
                board=board(msgspec.json.decode(topic.view.shown), now.tzinfo),
                now=now,
                seconds=RELOAD_SECONDS,
            )
        )
        return HTMLResponse(html, headers=HEADERS)

    static = [Route(f"/board/{name}", _file(name, kind)) for name, kind in FILES.items()]
    return [*static, Route("/board/{area}", show)]


def _file(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    content = files("bookings.board").joinpath("static", name).read_text(encoding="utf-8")

    async def give(_: Request) -> Response:
        return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})

    return give
