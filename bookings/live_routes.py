"""Live views as server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from auth.caller import ANONYMOUS
from bookings.live import Live, Looker, Topic, View
from fhir_server.audit.events import Trail
from fhir_server.errors import FhirError, NotFound, Unavailable
from fhir_server.json_refusals import refused
from fhir_server.messages import FhirRequest
from fhir_server.record import Record
from fhir_server.routes import sent_headers
from resources.issues import Text

BEAT = 15.0
"""Seconds after which a stream that has nothing to tell says that it is there."""

STUCK = 30.0
"""Seconds after which a client that takes nothing is let go."""

MOST_STREAMS = 4000
"""Of one process: others are still to be answered."""

MOST_POINTS = 12
LONGEST_ID = 18
POINT = re.compile(r"[A-Za-z0-9\-.]{1,64}")
CODE = re.compile(r"[0-9]{8}[0-9A-Z]{6}")
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
RECONNECT_MS, SPREAD_MS = 2000, 3000

Open = Callable[[Live, Request], Awaitable[Topic]]


def routes(*, beat: float = BEAT, most: int = MOST_STREAMS) -> list[BaseRoute]:
    """They find `live`, a Live, and `record_for` in the state of the request."""
    opened = (("/bookings/live/{points}", points), ("/bookings/tickets/{code}/live", ticket))
    return [Route(path, _Streams(open, beat, most)) for path, open in opened]


def is_stream(path: str) -> bool:
    """Whether an address is a stream's: those are not compressed, for each would keep a compressor's memory."""
    return path.startswith(("/bookings/live/", "/bookings/tickets/"))


async def points(live: Live, web: Request) -> Topic:
    """Raises NotFound, Unavailable."""
    return await live.points(points_of(web.path_params["points"]))


async def ticket(live: Live, web: Request) -> Topic:
    """By the unguessable code; the journal tells of it. Raises NotFound, Refused, Unavailable."""
    code = web.path_params["code"]
    if not CODE.fullmatch(code):
        raise _nothing_here()
    address = web.client.host if web.client is not None else ""
    request = FhirRequest("GET", ("Appointment", "$live"), headers=sent_headers(web.scope), address=address)
    record: Record = web.state.record_for(ANONYMOUS).watched(Trail("$live", request))
    topic = await live.ticket(code, record)
    await record.note()
    return topic


def points_of(area: str) -> tuple[str, ...]:
    """The service points of an area: one, or several with commas between. Raises NotFound."""
    found = tuple(dict.fromkeys(area.split(",")))
    if len(found) > MOST_POINTS or not all(POINT.fullmatch(one) for one in found):
        raise _nothing_here()
    return found


class _Streams:
    """An ASGI application: one stream for each request."""

    def __init__(self, open: Open, beat: float, most: int) -> None:
        self._open = open
        self._beat = beat
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        web = Request(scope)
        live: Live = web.state.live
        try:
            if web.method != "GET":
                raise _nothing_here()
            if live.lookers >= self._most or live.is_over:
                raise _too_many()
            topic = await self._open(live, web)
        except FhirError as error:
            language = FhirRequest(web.method, (), headers=sent_headers(scope)).language
            await refused(error, language)(scope, receive, send)
            return
        with live.looking(topic, _seen(web)) as looker, suppress(TimeoutError):
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await self._stream(live, looker, receive, partial(_send, send))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _stream(
        self, live: Live, looker: Looker, receive: Receive, send: Callable[[bytes], Awaitable[None]]
    ) -> None:
        gone = asyncio.ensure_future(_gone(receive))
        gone.add_done_callback(lambda _: looker.woken.set())
        try:
            await send(b"retry: %d\n\n" % (RECONNECT_MS + id(looker) // 64 % SPREAD_MS))
            while not (gone.done() or live.is_over):
                view = await looker.next(self._beat)
                if not (gone.done() or live.is_over):
                    await send(_beat(live) if view is None else _told(view))
        finally:
            gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, body: bytes) -> None:
    """Raises TimeoutError where the client does not take what it was sent."""
    async with asyncio.timeout(STUCK):
        await send({"type": "http.response.body", "body": body, "more_body": True})


def _told(view: View) -> bytes:
    return b"id: %d\ndata: %b\n\n" % (view.id, view.shown)


def _beat(live: Live) -> bytes:
    """A comment for who only keeps the connection, an event with the time for who wants to know that it lives."""
    return b": \nevent: beat\ndata: %b\n\n" % live.now().isoformat(timespec="seconds").encode()


def _seen(web: Request) -> int:
    """The id of the last view that this client has had; -1 where it has had none."""
    text = web.headers.get("last-event-id", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else -1


def _nothing_here() -> NotFound:
    return NotFound(Text("There is nothing at this address.", "Tidak ada apa-apa di alamat ini."))


def _too_many() -> Unavailable:
    return Unavailable(
        Text("Too many are looking now: try again later.", "Terlalu banyak yang melihat: coba lagi nanti.")
    )
