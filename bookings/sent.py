"""What operations of bookings were sent, by its kind: texts, references, days. All raise BadRequest.

https://hl7.org/fhir/R4/operations.html
"""

from __future__ import annotations

from datetime import date
from typing import Any

from fhir_server.errors import BadRequest
from resources.issues import Text

Sent = dict[str, Any]
MOST_TEXT = 500


def text_of(sent: Sent, name: str) -> str:
    value = sent.get(name, "")
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise wrong(name, f"teks paling panjang {MOST_TEXT} karakter")
    return value.strip()


def id_of(sent: Sent, name: str, type: str) -> str:
    """Of a Reference, Type/id or a bare id. Raises BadRequest."""
    value = sent.get(name)
    text = value.get("reference") if isinstance(value, dict) else value
    if not isinstance(text, str) or not text.strip():
        raise wrong(name, f"{type}/id")
    return text.strip().removeprefix(f"{type}/")


def day_of(sent: Sent, name: str) -> date | None:
    text = text_of(sent, name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong(name, "YYYY-MM-DD") from None


def wrong(name: str, form: str) -> BadRequest:
    return BadRequest(
        Text(f"The parameter {name} must be: {form}.", f"Parameter {name} harus: {form}."),
        expression=f"Parameters.parameter.where(name='{name}')",
    )
