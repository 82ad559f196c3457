"""What is measured: each row is one kind of request, the same bytes for the server and for the floor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from bench import samples

STRIDE = 7919
"""A prime, so that successive requests ask for resources that lie far apart."""

_JSON = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True)
class Measure:
    """`request`: the bytes of one HTTP request for the patient of this number; `writes`: the number must be new;
    `goal`: the share of the floor's rate that is to be reached; the floor that tells a journal is asked too then."""

    name: str
    request: Callable[[int], bytes]
    writes: bool = False
    goal: float | None = None

    def requests(self, patients: int, first: int, token: str | None = None) -> Iterator[bytes]:
        """Requests without end, which carry the token; two runs whose `first` differ by a million never write the same
        patient."""
        number, carried = first, b"" if token is None else f"\r\nAuthorization: Bearer {token}".encode()
        while True:
            line, end, rest = self.request(number if self.writes else number * STRIDE % patients).partition(b"\r\n")
            yield b"".join((line, carried, end, rest))
            number += 1


def get(path: str) -> bytes:
    """The bytes of a GET below the FHIR base."""
    return f"GET /fhir/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/fhir+json\r\n\r\n".encode()


def _post(path: str, resource: samples.Resource) -> bytes:
    body = _JSON.encode(resource)
    head = (
        f"POST /fhir{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/fhir+json\r\n"
        f"Content-Type: application/fhir+json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _by_identifier(number: int) -> bytes:
    return get(f"Patient?identifier={samples.NIK}%7C{samples.nik(number)}")


def _by_name(number: int) -> bytes:
    return get(f"Patient?family={samples.family(number)[:4]}")


def _by_patient_code_date(number: int) -> bytes:
    subject, (code, _) = samples.patient_id(number // samples.ONE_IN), samples.ASSAYS[number % len(samples.ASSAYS)]
    return get(f"Observation?patient={subject}&code=http://loinc.org%7C{code}&date=ge2025-03-01")


MEASURES = (
    Measure("read", lambda number: get(f"Patient/{samples.patient_id(number)}"), goal=0.6),
    Measure("search identifier", _by_identifier),
    Measure("search family name", _by_name),
    Measure("search patient+code+date", _by_patient_code_date),
    Measure("create", lambda number: _post("/Patient", samples.patient(number)), writes=True, goal=0.4),
    Measure("transaction of 10", lambda number: _post("", samples.visit(number)), writes=True),
)
BY_NAME = {measure.name: measure for measure in MEASURES}
