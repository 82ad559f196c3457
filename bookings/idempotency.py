"""Idempotency-Key: who asks again under the same key, because an answer was lost, gets the answer of the first time.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

from auth.caller import Caller
from bookings.refusals import Refused
from fhir_server.errors import BadRequest
from fhir_server.store.answers import Answer
from resources.issues import Text

HEADER = "idempotency-key"
LONGEST = 255
_ENCODER = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Claim:
    """A caller's key, and what it was sent for; both hashed."""

    key: str
    request: str

    def answer(self, type: str, id: str, version: int) -> Answer:
        return Answer(self.key, self.request, type, id, version)

    def check(self, answer: Answer) -> Answer:
        """The answer that was given before. Raises Refused where it was given to another request."""
        if answer.request != self.request:
            raise Refused(
                "idempotency-key",
                Text(
                    "This Idempotency-Key was used for another request: send a new one.",
                    "Idempotency-Key ini sudah dipakai untuk permintaan lain: kirim kunci baru.",
                ),
            )
        return answer


def claim(caller: Caller, key: str | None, request: object) -> Claim | None:
    """None where no key was sent. `request`: what is asked for, as plain values. Raises BadRequest."""
    if not key:
        return None
    if len(key) > LONGEST:
        raise BadRequest(
            Text(
                f"An Idempotency-Key has at most {LONGEST} characters.",
                f"Idempotency-Key paling panjang {LONGEST} karakter.",
            )
        )
    whose = f"{caller.subject}\0{caller.client or ''}\0{key}"
    asked = _ENCODER.encode(request)
    return Claim(hashlib.sha256(whose.encode()).hexdigest(), hashlib.sha256(asked).hexdigest())
