"""Keys of forms: made when a form is shown, so that the same form, sent again, does nothing twice."""

from __future__ import annotations

import re
import secrets

from auth.pages.forms import Form, PageRefused
from resources.issues import Text

KEY = re.compile(r"[A-Za-z0-9_-]{20,64}")
AGAIN = Text("Load this page again, please.", "Muat ulang halaman ini, lalu coba lagi.")


def new_key() -> str:
    return secrets.token_urlsafe(24)


def is_keyed(form: Form) -> bool:
    """Whether a form has a key as we make them."""
    return KEY.fullmatch(form.one("key")) is not None


def key_of(form: Form) -> str:
    """Raises PageRefused where the form has none."""
    if not is_keyed(form):
        raise PageRefused(400, AGAIN)
    return form.one("key")
