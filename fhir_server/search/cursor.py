"""Cursors of pages: opaque, sealed, and good only for the caller and the search that they were made for.

https://hl7.org/fhir/R4/http.html#paging
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fhir_server.errors import Gone
from fhir_server.messages import Parameters
from fhir_server.search import refusals
from fhir_server.search.page import Place
from resources.issues import Text

Moment = tuple[int, int]
"""A cluster time of the database: seconds, and a number within the second."""

LIFETIME = timedelta(hours=24)
"""From the first page on."""
FORMAT = 1
KEY_BYTES = 32
SALT, NONCE = 12, 12
MAX_LENGTH = 65_536
UNBOUND = ("_cursor", "_count", "_summary", "_elements")
"""What may differ between the pages of one search."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """`place`: where the page begins, None for the first; `moment`: what all pages are read at, None for the present;
    `total`: as the first page counted it; `types`: those that were there then, of a search of several;
    `included`: type and id of the last resource included, where more of this page's includes follow."""

    place: Place | None = None
    moment: Moment | None = None
    total: int | None = None
    types: tuple[str, ...] = ()
    included: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Seal:
    """What cursors are made with: the server's secret, and what they are bound to."""

    key: bytes
    bound: bytes


def seal(key: bytes, subject: str, path: tuple[str, ...], parameters: Parameters) -> Seal:
    """Bound to the caller and to the search: its address and all parameters but those that a page may change."""
    search = [list(path), sorted([name, value] for name, value in parameters if name not in UNBOUND)]
    return Seal(key, hashlib.sha256(json.dumps([FORMAT, subject, search]).encode()).digest())


def encode(cursor: Cursor, seal: Seal, *, now: datetime | None = None) -> str:
    """The cursor as a text for a URL: the same text for the same cursor, so that GET and POST answer the same."""
    place = cursor.place
    content = {
        "since": cursor.moment[0] if cursor.moment else int((now or datetime.now(UTC)).timestamp()),
        "place": place and [[_plain(value) for value in place.values], place.type, place.backward],
        "moment": cursor.moment,
        "total": cursor.total,
        "types": cursor.types,
        "included": cursor.included,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    start = hmac.digest(seal.key, b"nonce" + seal.bound + text, "sha256")[: SALT + NONCE]
    sealed = _cipher(seal.key, start[:SALT]).encrypt(start[SALT:], text, seal.bound)
    return base64.urlsafe_b64encode(start + sealed).decode().rstrip("=")


def decode(text: str, seal: Seal, *, now: datetime | None = None) -> Cursor:
    """Raises InvalidParameter for what is not a cursor of this caller and search, Gone for one that is too old."""
    try:
        if len(text) > MAX_LENGTH:
            raise ValueError("longer than ours")
        sealed = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        salt, nonce, rest = sealed[:SALT], sealed[SALT : SALT + NONCE], sealed[SALT + NONCE :]
        content = json.loads(_cipher(seal.key, salt).decrypt(nonce, rest, seal.bound))
    except (ValueError, binascii.Error, InvalidTag) as error:
        raise refusals.refuse(
            "_cursor",
            "This is not a page of this search for you. Begin again with the search itself.",
            "Ini bukan halaman dari pencarian ini untuk Anda. Mulailah lagi dari pencariannya.",
        ) from error
    if (now or datetime.now(UTC)) - datetime.fromtimestamp(content["since"], UTC) > LIFETIME:
        raise _expired()
    return _cursor(content)


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    """A key of its own for each cursor: nonces of 12 bytes under one key would run out."""
    return AESGCM(hmac.digest(key, salt, "sha256"))


def _cursor(content: dict[str, Any]) -> Cursor:
    place = content["place"]
    values, type, backward = place or ((), "", False)
    return Cursor(
        Place(tuple(_value(value) for value in values), type, backward) if place else None,
        tuple(content["moment"]) if content["moment"] else None,
        content["total"],
        tuple(content["types"]),
        tuple(content["included"]) if content["included"] else None,
    )


def _expired() -> Gone:
    hours = LIFETIME // timedelta(hours=1)
    return Gone(
        Text(
            f"The first page was read more than {hours} hours ago. Begin again with the search itself.",
            f"Halaman pertama dibaca lebih dari {hours} jam yang lalu. Mulailah lagi dari pencariannya.",
        ),
        code="expired",
        expression="_cursor",
    )


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return {"ms": (moment - EPOCH) // MILLISECOND}
    return {"number": str(value)}


def _value(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    return EPOCH + value["ms"] * MILLISECOND if "ms" in value else Decimal(value["number"])
