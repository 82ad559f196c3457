"""The last number given out of a series, in a Basic: it moves in the transaction that uses the next one.

https://hl7.org/fhir/R4/basic.html
"""

from __future__ import annotations

from fhir_server.messages import Resource


def counter(id: str, url: str, last: int, text: str) -> Resource:
    """`url`: of the extension that keeps the number; `text`: what is counted."""
    return {
        "resourceType": "Basic",
        "id": id,
        "extension": [{"url": url, "valueInteger": last}],
        "code": {"text": text},
    }


def last(counter: Resource, url: str) -> int:
    """0 where none was given out."""
    rows = counter.get("extension", ())
    return next((int(row["valueInteger"]) for row in rows if row.get("url") == url), 0)
