"""A stand-in for the e-Sign client service of BSrE: it answers as that service is known to, and counts."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import segno
from aiohttp import web
from PIL import Image
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.stamp import StaticStampStyle

from tests.exports.signing.keys import authority
from tests.exports.words import words

USER, PASSWORD = "rsud-contoh", "sandi contoh"
NIK, PASSPHRASE = "6402901501019001", "kata sandi contoh"
FIELD = "BSrE"
ALL = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, margins=Margins())


@dataclass
class Bsre:
    """`mood`: sign, slow (signs, and answers too late), broken (500), cut (signs, and cuts the connection), expired;
    `around`: the middle of its picture comes to stand at the anchor, else its lower left corner."""

    mood: str = "sign"
    around: bool = True
    asked: list[Mapping[str, str]] = field(default_factory=list)
    url: str = ""

    async def sign(self, request: web.Request) -> web.StreamResponse:
        known = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {known}":
            return web.json_response({"error": "Unauthorized"}, status=401)
        form = await request.post()
        file, texts = form["file"], {name: value for name, value in form.items() if isinstance(value, str)}
        assert isinstance(file, web.FileField)
        with file.file as sent:
            content = sent.read()
        self.asked.append({name: value for name, value in texts.items() if name != "passphrase"})
        if self.mood == "broken":
            return web.json_response({"error": "Internal Server Error"}, status=500)
        if self.mood == "expired":
            return web.json_response({"error": "Sertifikat telah kedaluwarsa", "status_code": 2031}, status=400)
        if texts["nik"] != NIK or texts["passphrase"] != PASSPHRASE:
            return web.json_response({"error": "Passphrase anda salah", "status_code": 2031}, status=400)
        try:
            signed = await asyncio.to_thread(_signed, content, texts, around=self.around)
        except LookupError as error:
            return web.json_response({"error": str(error)}, status=400)
        if self.mood == "slow":
            await asyncio.sleep(3)
        if self.mood == "cut" and request.transport is not None:
            request.transport.close()
        return web.Response(body=signed, content_type="application/pdf")


def _signed(content: bytes, form: Mapping[str, str], *, around: bool) -> bytes:
    """Raises LookupError where the anchor is not in the text, or more than once."""
    spec, style = SigFieldSpec(FIELD), None
    if form["tampilan"] == "visible":
        spec, style = _spec(content, form, around=around), _style(form["linkQR"])
    metadata = PdfSignatureMetadata(
        FIELD, md_algorithm="sha256", reason=form["reason"], subfilter=SigSeedSubFilter.PADES
    )
    out = io.BytesIO()
    signer = PdfSigner(metadata, _key(), stamp_style=style, new_field_spec=spec)
    signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), output=out)
    return out.getvalue()


def _spec(content: bytes, form: Mapping[str, str], *, around: bool) -> SigFieldSpec:
    tag, wide, high = form["tag_koordinat"], int(form["width"]), int(form["height"])
    with TemporaryDirectory() as folder:
        found = [word for word in words(content, Path(folder)) for letter in word.text if letter == tag]
    if len(found) != 1:
        raise LookupError(f"Tag koordinat {tag} ditemukan {len(found)} kali")
    page = PdfFileReader(io.BytesIO(content)).root["/Pages"]["/Kids"][found[0].page]
    across, down = found[0].middle
    left, bottom = across, float(page["/MediaBox"][3]) - down
    if around:
        left, bottom = left - wide / 2, bottom - high / 2
    box = (round(left), round(bottom), round(left) + wide, round(bottom) + high)
    return SigFieldSpec(FIELD, on_page=found[0].page, box=box)


def _style(link: str) -> StaticStampStyle:
    out = io.BytesIO()
    segno.make_qr(link).save(out, kind="png", scale=8, border=2)
    picture = PdfImage(Image.open(out).convert("RGB"))
    return StaticStampStyle(background=picture, background_layout=ALL, background_opacity=1, border_width=0)


def _key() -> SimpleSigner:
    with TemporaryDirectory() as folder:
        authority().give(Path(folder), "bsre", "dr. Contoh", PASSPHRASE)
        signer = SimpleSigner.load_pkcs12(Path(folder) / "bsre.p12", passphrase=PASSPHRASE.encode())  # type: ignore[no-untyped-call]
    assert isinstance(signer, SimpleSigner)
    return signer


@asynccontextmanager
async def simulated(mood: str = "sign", *, around: bool = True) -> AsyncIterator[Bsre]:
    service = Bsre(mood, around)
    app = web.Application(client_max_size=30 * 1024**2)
    app.router.add_post("/api/sign/pdf", service.sign)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        service.url = f"http://127.0.0.1:{port}"
        yield service
    finally:
        await runner.cleanup()
