"""A stand-in for the e-Sign client service of BSrE: it answers as that service is known to, and counts."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

USER, PASSWORD = "rsud-contoh", "sandi contoh"
NIK, PASSPHRASE = "6402901501019001", "kata sandi contoh"
SIGNED = b"\n% ditandatangani oleh simulator\n"


@dataclass
class Bsre:
    """`mood`: sign, slow (signs, and answers too late), broken (500), cut (signs, and cuts the connection), expired."""

    mood: str = "sign"
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    async def sign(self, request: web.Request) -> web.StreamResponse:
        known = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {known}":
            return web.json_response({"error": "Unauthorized"}, status=401)
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        content = file.file.read()
        self.asked.append({"nik": form["nik"], "tampilan": form["tampilan"], "size": len(content)})
        if self.mood == "broken":
            return web.json_response({"error": "Internal Server Error"}, status=500)
        if self.mood == "expired":
            return web.json_response({"error": "Sertifikat telah kedaluwarsa", "status_code": 2031}, status=400)
        if form["nik"] != NIK or form["passphrase"] != PASSPHRASE:
            return web.json_response({"error": "Passphrase anda salah", "status_code": 2031}, status=400)
        if self.mood == "slow":
            await asyncio.sleep(3)
        if self.mood == "cut" and request.transport is not None:
            request.transport.close()
        return web.Response(body=content + SIGNED, content_type="application/pdf")


@asynccontextmanager
async def simulated(mood: str = "sign") -> AsyncIterator[Bsre]:
    service = Bsre(mood)
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
