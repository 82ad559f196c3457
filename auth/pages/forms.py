"""Reading a form of ours: bounded, each field once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request

from resources.issues import Text

MOST_BYTES, MOST_FIELDS = 64 * 1024, 400

MALFORMED = Text("This form could not be read. Please go back and try again.", "Formulir ini tidak terbaca. Ulangi.")


class PageRefused(Exception):
    """What was asked for is not to be had; the page that says so has this HTTP status."""

    def __init__(self, status: int, text: Text) -> None:
        super().__init__(text.en)
        self.status, self.text = status, text


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form or of a query, each with its values."""

    fields: Mapping[str, list[str]]

    def one(self, name: str) -> str:
        """The value of a field, "" where it is missing. Raises PageRefused where it came twice."""
        values = self.fields.get(name, [""])
        if len(values) > 1:
            raise PageRefused(400, MALFORMED)
        return values[0]

    def all(self, name: str) -> list[str]:
        return self.fields.get(name, [])


async def form_of(request: Request) -> Form:
    """The form in the body. Raises PageRefused."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise PageRefused(415, MALFORMED)
    body = await bounded_body(request)
    if body is None:
        raise PageRefused(413, MALFORMED)
    try:
        return Form(_fields(body.decode()))
    except ValueError:
        raise PageRefused(400, MALFORMED) from None


async def bounded_body(request: Request) -> bytes | None:
    """None where there is more than MOST_BYTES."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def query_of(request: Request) -> Form:
    """The query; one that cannot be read is as none."""
    try:
        return Form(_fields(request.url.query))
    except ValueError:
        return Form({})


def _fields(text: str) -> dict[str, list[str]]:
    return parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
