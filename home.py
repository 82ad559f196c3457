"""The page at `/` that says what is here, and the health checks."""

from __future__ import annotations

from html import escape
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from fhir_server.errors import FhirError

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
}

PAGE = Template("""<!doctype html>
<html lang="id">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>rsud-fhir</title>
<style>
body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 0 auto; padding: 2rem 1.25rem; color: #17212b;
  background: #fff; }
h1 { font-size: 1.6rem; margin: 0; }
p.lead { margin: .25rem 0 1.5rem; color: #3d4f5f; }
ul { padding: 0; list-style: none; }
li { border-top: 1px solid #d8e0e6; padding: .75rem 0; }
a { color: #0b5c8a; font-weight: 600; overflow-wrap: anywhere; }
small { display: block; color: #3d4f5f; }
.warning { background: #fff3d6; border-left: 4px solid #b26a00; padding: .75rem 1rem; }
</style>
<h1>rsud-fhir</h1>
<p class="lead">Rekam medis elektronik rumah sakit daerah, lewat FHIR R4.
<small lang="en">Electronic medical records of a regional hospital, over FHIR R4.</small></p>
$warning
<ul>
$apps<li><a href="$base/metadata">$base/metadata</a>
<small>Kemampuan server: jenis data, pencarian, dan operasi &middot;
<span lang="en">what the server can do</span></small></li>
<li><a href="$base/Patient?_count=5">$base/Patient</a>
<small>Pasien, dan begitu pula jenis sumber daya lain &middot;
<span lang="en">patients; every other resource type likewise</span></small></li>
<li><a href="/health/ready">/health/ready</a>
<small>Apakah server dan basis datanya siap &middot; <span lang="en">is the server ready</span></small></li>
</ul>
</html>
""")

APPS = """<li><a href="/portal">/portal</a>
<small>Untuk pasien: daftar berobat, antrean, rekam medis &middot;
<span lang="en">for patients: book, follow the queue, see your record</span></small></li>
<li><a href="/clinic/">/clinic</a>
<small>Untuk dokter: pasien hari ini dan rekam medisnya &middot;
<span lang="en">for doctors: today's patients and their records</span></small></li>
<li><a href="/auth/apps">/auth/apps</a>
<small>Aplikasi yang Anda izinkan membaca data Anda &middot;
<span lang="en">apps that may use your data</span></small></li>
"""

WARNING = """<p class="warning"><strong>Tanpa autentikasi.</strong> Server ini berjalan dengan <code>--open</code>:
siapa pun di mesin ini boleh melakukan apa saja. Hanya untuk pengembangan.
<small lang="en">Authentication is off: for development on this machine only.</small></p>"""


def routes(base: str, *, is_open: bool) -> list[Route]:
    """`/`, `/health/live` (the process answers) and `/health/ready` (the database answers, else 503)."""
    page = PAGE.substitute(
        base=escape(base, quote=True), warning=WARNING if is_open else "", apps="" if is_open else APPS
    )

    async def home(_: Request) -> Response:
        return HTMLResponse(page, headers=HEADERS)

    return [Route("/", home), Route("/health/live", live), Route("/health/ready", ready)]


async def live(_: Request) -> Response:
    return JSONResponse({"status": "live"}, headers=HEADERS)


async def ready(request: Request) -> Response:
    try:
        await request.state.ready()
    except FhirError:
        return JSONResponse({"status": "unavailable"}, 503, {**HEADERS, "Retry-After": "5"})
    return JSONResponse({"status": "ready"}, headers=HEADERS)
