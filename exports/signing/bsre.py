"""Signatures of BSrE (Balai Sertifikasi Elektronik, BSSN) through its e-Sign client service inside the hospital's
network: HTTP Basic, multipart. Tested against a simulator of it.

https://bsre.bssn.go.id
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic import SecretStr

from exports.signing.port import NotSigned, Signatory, Uncertain
from resources.issues import Text

SIGN = "/api/sign/pdf"
SECONDS = 30.0
LONGEST_REASON = 200
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

    async def sign(self, content: bytes, who: Signatory, reason: str) -> bytes:
        """Raises NotSigned where the service refuses or was never reached, Uncertain where it was asked and has not
        answered."""
        if not who.nik:
            raise NotSigned(NO_NIK)
        form = aiohttp.FormData()
        form.add_field("file", content, filename="dokumen.pdf", content_type="application/pdf")
        form.add_field("nik", who.nik)
        form.add_field("passphrase", who.passphrase.get_secret_value())
        form.add_field("tampilan", "invisible")
        form.add_field("reason", reason)
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
