"""A form that one of our own pages sent, and nobody else's. OWASP ASVS 3.5.1"""

from __future__ import annotations

from auth import csrf
from auth.pages.forms import Form, PageRefused, form_of
from auth.pages.visit import Visit, origin
from resources.issues import Text

STALE = Text(
    "This page was open for too long. Please go back, load it again, and try once more.",
    "Halaman ini terlalu lama terbuka. Kembali, muat ulang halamannya, lalu coba lagi.",
)


async def own_form(visit: Visit) -> Form:
    """The form, if one of our own pages sent it. Raises PageRefused."""
    if not csrf.is_ours(visit.request.headers, origin(visit.issuer.url)):
        raise PageRefused(403, STALE)
    form = await form_of(visit.request)
    if not csrf.carries(visit.secret, form.one("csrf")):
        raise PageRefused(403, STALE)
    return form
