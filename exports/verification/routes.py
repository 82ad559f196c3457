"""The page that a QR code on a document leads to: /v/{id}, for anybody, with a field to compare a file.

Each address may look at a few a minute: whoever tries ids finds none of 2^128 that way, and is told to wait.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from auth.pages.templating import templates
from exports.verification.finding import Verified, Verifying
from exports.wording import date_and_time
from fhir_server.errors import FhirError
from fhir_server.json_routes import language_of
from resources.issues import Text

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
PIECE = 256 * 1024
OVERHEAD = 64 * 1024
"""Bytes of a form besides its file."""

STATES = {
    "issued": Text("Valid as printed or signed on paper", "Berlaku sebagaimana dicetak atau ditandatangani di kertas"),
    "draft": Text("Not signed yet: a draft", "Belum ditandatangani: masih draf"),
    "signing": Text("Being signed", "Sedang ditandatangani"),
    "failed": Text("Not signed: signing has failed", "Belum ditandatangani: penandatanganan gagal"),
    "unknown": Text("Not signed: it is not known whether signing has succeeded", "Belum dipastikan ditandatangani"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Finds `verifying`, a Verifying, in the state of the request. `wait`: seconds until this address may look at
    another one, 0 where it may now; `most_bytes`: of a file."""

    wait: Callable[[str], float]
    hospital: str
    most_bytes: int

    async def answer(self, web: Request) -> Response:
        say = _saying(language_of(web))
        address = web.client.host if web.client is not None else ""
        if seconds := self.wait(address):
            text = Text(
                "Too many documents were looked at; wait a moment.", "Terlalu banyak pemeriksaan; tunggu sebentar."
            )
            return self._page(say, 429, problem=text, headers={"Retry-After": str(math.ceil(seconds))})
        try:
            found = await _verifying(web).find(web.path_params["id"], address)
            if found is None:
                return self._page(say, 404)
            digest = await self._digest(web) if web.method == "POST" else None
        except FhirError as error:
            return self._page(say, error.status, problem=error.issues[0].text)
        except HTTPException as error:
            text = Text("Choose a PDF file of at most 25 MB.", "Pilih berkas PDF, paling besar 25 MB.")
            return self._page(say, error.status_code, problem=text)
        return self._page(say, 200, found=found, digest=digest)

    async def _digest(self, web: Request) -> str:
        """SHA-256 of the file that was sent. Raises HTTPException."""
        length = web.headers.get("content-length", "")
        if not length.isdigit() or int(length) > self.most_bytes + OVERHEAD:
            raise HTTPException(413)
        async with web.form(max_files=1, max_fields=1) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile) or not file.size:
                raise HTTPException(400)
            found = hashlib.sha256()
            while piece := await file.read(PIECE):
                found.update(piece)
        return found.hexdigest()

    def _page(
        self,
        say: Callable[[Text], str],
        status: int,
        *,
        found: Verified | None = None,
        digest: str | None = None,
        problem: Text | None = None,
        headers: dict[str, str] | None = None,
    ) -> Response:
        html = (
            templates("exports.verification")
            .get_template("verification.html")
            .render(
                say=lambda id, en: say(Text(en, id)),
                language=say(Text("en", "id")),
                hospital=self.hospital,
                found=found,
                title=say(found.title) if found is not None else "",
                state=_state(found, say) if found is not None else "",
                issued=date_and_time(found.at, found.zone, say(Text("en", "id"))) if found is not None else "",
                same=None if digest is None or found is None else digest == found.document.sha256,
                problem=say(problem) if problem is not None else "",
            )
        )
        return HTMLResponse(html, status, {**HEADERS, **(headers or {})})


def routes(page: Page) -> list[BaseRoute]:
    style = files("exports.verification").joinpath("static", "style.css").read_text(encoding="utf-8")

    async def stylesheet(_: Request) -> Response:
        return Response(style, media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    async def keys(web: Request) -> Response:
        return JSONResponse(await _verifying(web).keys(), headers={"Cache-Control": "max-age=3600"})

    return [
        Route("/v/style.css", stylesheet),
        Route("/v/keys.json", keys),
        Route("/v/{id}", page.answer, methods=["GET", "POST"]),
    ]


def _verifying(web: Request) -> Verifying:
    found: Verifying = web.state.verifying
    return found


def _saying(language: str) -> Callable[[Text], str]:
    return lambda text: text.in_language(language)


def _state(found: Verified, say: Callable[[Text], str]) -> str:
    document = found.document
    if document.state == "signed":
        return say(
            Text(f"Signed electronically by {document.signer}", f"Ditandatangani elektronik oleh {document.signer}")
        )
    return say(STATES[document.state])
