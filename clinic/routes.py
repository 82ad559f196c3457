"""The pages of the clinic and of the sample app, and the files they need: the same for everybody, nothing of a patient.

A file's address has a mark of the content of all of them, so that a browser keeps it for a year and modules find each
other without a build step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Template

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

PAGES = {
    "/clinic/": "index.html",
    "/clinic/launch.html": "launch.html",
    "/clinic/growth/": "growth/index.html",
    "/clinic/growth/launch.html": "growth/launch.html",
}
TYPES: Mapping[str, str] = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "txt": "text/plain"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Hospital:
    """What the pages have to know: `fhir`: the URL of the FHIR base; `zone`: the IANA time zone of the hospital."""

    name: str
    zone: str
    fhir: str


def routes(hospital: Hospital) -> list[BaseRoute]:
    """/clinic/ and /clinic/growth/."""
    return [
        Route("/clinic", partial(_to, "/clinic/")),
        Route("/clinic/growth", partial(_to, "/clinic/growth/")),
        Route("/clinic/static/{mark}/{path:path}", _file),
        *(Route(path, partial(_page, page(name, hospital))) for path, name in PAGES.items()),
    ]


def page(name: str, hospital: Hospital) -> str:
    """The HTML of a page."""
    text = _contents()[name].decode()
    modules = sorted(one for one in _contents() if one.endswith(".js") and "/" not in one and one != "launch.js")
    return Template(text).substitute(
        hospital=escape(hospital.name),
        zone=escape(hospital.zone),
        fhir=escape(hospital.fhir),
        static=f"/clinic/static/{mark()}",
        preload="\n".join(f'<link rel="modulepreload" href="/clinic/static/{mark()}/{one}">' for one in modules),
    )


@cache
def mark() -> str:
    """Of the content of all files together."""
    content = _contents()
    told = b"".join(name.encode() + b"\0" + hashlib.sha256(content[name]).digest() for name in sorted(content))
    return hashlib.sha256(told).hexdigest()[:12]


async def _to(path: str, _: Request) -> Response:
    return RedirectResponse(path)


async def _page(html: str, _: Request) -> Response:
    return HTMLResponse(html, headers=PAGE_HEADERS)


async def _file(request: Request) -> Response:
    name = request.path_params["path"]
    kind = TYPES.get(name.rpartition(".")[2])
    if kind is None or name not in _contents():
        raise HTTPException(404)
    kept = A_YEAR if request.path_params["mark"] == mark() else "no-cache"
    return Response(_contents()[name], headers={"Cache-Control": kept}, media_type=kind)


@cache
def _contents() -> Mapping[str, bytes]:
    return dict(_read(files("clinic").joinpath("files"), ""))


def _read(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for one in folder.iterdir():
        name = f"{prefix}{one.name}"
        found += _read(one, f"{name}/") if one.is_dir() else [(name, one.read_bytes())]
    return found
