"""Whether a form was sent by the person who looks at our page, and not by a page of someone else. OWASP ASVS 3.5.1"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from auth.issuer import digest


def token_of(secret: str) -> str:
    """The token that our forms carry: made of the cookie's value, which no other page can read or set."""
    return digest(f"csrf:{secret}")


def is_ours(headers: Mapping[str, str], own_origin: str) -> bool:
    """Whether the browser says that the form was sent by one of our pages, or says nothing.

    The origin of a page that sends no referrer, as ours, is told as `null`; the other header is missing in old ones."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None or origin == "null":
        return True
    return origin == own_origin or urlsplit(origin).netloc == headers.get("host")


def carries(secret: str, token: str) -> bool:
    """Whether a form's token belongs to the cookie that came with it."""
    return hmac.compare_digest(token_of(secret).encode(), token.encode(errors="replace"))
