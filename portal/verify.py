"""The code of a document, typed in: leads to the public page that says whether the hospital has issued it."""

from __future__ import annotations

import re

from starlette.responses import Response

from auth.pages.forms import Form
from portal.paging import Page
from portal.visit import Visit
from resources.issues import Text

CODE = re.compile(r"[0-9a-f]{32}")
NO_CODE = Text(
    "This is no code of a document: it has 32 letters and digits, 0-9 and a-f.",
    "Ini bukan kode dokumen. Kodenya terdiri dari 32 huruf dan angka, 0-9 dan a-f.",
)


async def show(visit: Visit) -> Response:
    return visit.page("booking/verify.html", problem=None)


async def submit(visit: Visit, form: Form) -> Response:
    """`code`: as it stands below the QR code, or the whole address that the QR code has."""
    code = re.sub(r"[\s\-]", "", form.one("code")).lower().rpartition("/v/")[2]
    if not CODE.fullmatch(code):
        return visit.page("booking/verify.html", 400, problem=NO_CODE)
    return visit.redirect(f"/v/{code}")


PAGES = (Page("verify", "nobody", show, submit),)
