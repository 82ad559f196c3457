"""The pages where the hospital cannot be reached, the worker in the browser that shows them then, and what a telephone
asks before it puts the portal among its apps.

https://www.w3.org/TR/service-workers/, https://www.w3.org/TR/appmanifest/
"""

from __future__ import annotations

import hashlib
import json
from functools import cache

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal import static
from portal.paging import Page
from portal.site import Portal
from portal.visit import Visit

SCOPE, START = "/portal", "/portal"
WITHOUT_LINK = ("/portal/offline", "/portal/unsent")
FILES = ("portal.css", "icon.svg", "kept.js", "portal.js", "device.js", "unsent.js")
"""What the pages need to be seen offline."""
ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-full.png", "512x512", "maskable"),
)
GREEN, GROUND = "#0b6b5d", "#f3f6f6"
WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"


async def show_offline(visit: Visit) -> Response:
    """What there is to say instead of a page that this device has not kept."""
    return visit.page("offline.html")


async def show_unsent(visit: Visit) -> Response:
    """What waits on this device until it can be sent: the page finds it there, for the server does not know it."""
    return visit.page("unsent.html")


async def worker(_: Request) -> Response:
    """The worker of these pages; a new one as soon as a file of theirs has changed."""
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": WORKER_POLICY,
        "Service-Worker-Allowed": SCOPE,
    }
    return Response(_worker(), headers=headers, media_type=static.TYPES["js"])


async def manifest(request: Request) -> Response:
    """How the app is called and drawn."""
    portal: Portal = request.state.portal
    icons = [
        {"src": static.address(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for name, sizes, purpose in ICONS
    ]
    told = {
        "id": START,
        "name": portal.pages.hospital,
        "short_name": portal.pages.hospital,
        "lang": portal.pages.language,
        "start_url": START,
        "scope": SCOPE,
        "display": "standalone",
        "theme_color": GREEN,
        "background_color": GROUND,
        "icons": icons,
    }
    return JSONResponse(told, headers={"Cache-Control": "max-age=3600"}, media_type=static.TYPES["webmanifest"])


@cache
def _worker() -> str:
    program = (static.content("worker.js") or b"").decode()
    told = {
        "scripts": static.address("kept.js"),
        "files": [static.address(name) for name in FILES],
        "pages": WITHOUT_LINK,
        "version": hashlib.sha256(program.encode()).hexdigest()[:12],
    }
    return f"const STOCK = {json.dumps(told)};\n{program}"


PAGES = (Page("offline", "nobody", show_offline), Page("unsent", "nobody", show_unsent))
FOR_BROWSERS = (Route("/worker.js", worker), Route("/manifest.webmanifest", manifest))
