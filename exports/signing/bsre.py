"""Signatures of BSrE (Balai Sertifikasi Elektronik, BSSN) through its e-Sign client service inside the hospital's
network: HTTP Basic, multipart. Tested against a simulator of it.

https://bsre.bssn.go.id
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic import SecretStr
from reportlab.lib.units import mm

from exports.pdf.archive import anchor_of
from exports.pdf.signatures import SPACE
from exports.signing.port import NotSigned, Signatory, Uncertain, Unsigned
from resources.issues import Text

SIGN = "/api/sign/pdf"
SECONDS = 30.0
LONGEST_REASON = 200
SIDE = round(SPACE * mm)
"""Of the picture, in points."""

UNREACHABLE = Text(
    "BSrE's service cannot be reached: nothing was signed, try again later.",
    "Layanan BSrE tidak dapat dihubungi: belum ada tanda tangan, coba lagi nanti.",
)
NO_NIK = Text(
    "Your NIK is not on record: BSrE signs by it.", "NIK Anda belum tercatat: BSrE memakai NIK untuk tanda tangan."
)


@dataclass(frozen=True, slots=True)
class BsreSigner:
    """`url`: of the service, without a slash at the end; `user`, `password`: of the hospital's application."""

    url: str
    user: str
    password: SecretStr
    seconds: float = SECONDS

    async def sign(self, file: Unsigned, who: Signatory) -> bytes:
        """Raises NotSigned where the service refuses or was never reached, Uncertain where it was asked and has not
        answered."""
        if not who.nik:
            raise NotSigned(NO_NIK)
        form = await _form(file, who)
        timeout = aiohttp.ClientTimeout(total=self.seconds)
        headers = {"Authorization": aiohttp.encode_basic_auth(self.user, self.password.get_secret_value())}
        try:
            async with (
                aiohttp.ClientSession(headers=headers, timeout=timeout, trust_env=False) as session,
                session.post(self.url + SIGN, data=form, allow_redirects=False) as answer,
            ):
                return await _signed(answer)
        except aiohttp.ClientConnectorError as error:
            raise NotSigned(UNREACHABLE) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Uncertain from error


async def _form(file: Unsigned, who: Signatory) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("file", file.content, filename="dokumen.pdf", content_type="application/pdf")
    form.add_field("nik", who.nik)
    form.add_field("passphrase", who.passphrase.get_secret_value())
    form.add_field("reason", file.title)
    for name, value in _shown(await asyncio.to_thread(anchor_of, file.content), file.check).items():
        form.add_field(name, value)
    return form


def _shown(anchor: str, check: str) -> Mapping[str, str]:
    """What is seen of the signature: a QR code in place of the anchor; nothing where the paper has its own code."""
    if not anchor:
        return {"tampilan": "invisible"}
    picture = {"image": "false", "linkQR": check, "width": str(SIDE), "height": str(SIDE)}
    return {"tampilan": "visible", "tag_koordinat": anchor, **picture}


async def _signed(answer: aiohttp.ClientResponse) -> bytes:
    """Raises NotSigned, Uncertain."""
    body = await answer.read()
    if answer.status == 200 and body.startswith(b"%PDF-"):
        return body
    if answer.status >= 500:
        raise Uncertain
    reason = _reason(body)
    raise NotSigned(Text(f"BSrE has refused: {reason}", f"BSrE menolak: {reason}"))


def _reason(body: bytes) -> str:
    try:
        told: Any = json.loads(body)
    except ValueError:
        return "?"
    error = told.get("error") or told.get("message") if isinstance(told, dict) else None
    return str(error or "?")[:LONGEST_REASON]
