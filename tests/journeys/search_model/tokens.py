"""Tokens: codes with their systems. https://hl7.org/fhir/R4/search.html#token

Our choices: codes and systems count exactly as written; the system of a ContactPoint is its use.
"""

from __future__ import annotations

from typing import Any

from tests.journeys.search_model.escaping import literal, split

Token = tuple[str, str]
"""Code and system, each "" where there is none."""


def tokens(type: str, value: Any, implied: str = "") -> list[Token]:
    """`implied`: the system of a bare code."""
    match type:
        case "CodeableConcept":
            return [token for coding in value.get("coding", ()) for token in tokens("Coding", coding)]
        case "Coding":
            return [(value.get("code", ""), value.get("system", ""))]
        case "Identifier":
            return [(value.get("value", ""), value.get("system", ""))]
        case "ContactPoint":
            return [(value.get("value", ""), value.get("use", ""))]
        case "code":
            return [(value, implied)]
    return [(str(value).lower() if isinstance(value, bool) else value, "")]


def texts(type: str, value: Any) -> list[str]:
    """What `:text` looks at."""
    if type == "Identifier":
        return [text] if (text := value.get("type", {}).get("text")) else []
    if type == "CodeableConcept":
        own = [value["text"]] if "text" in value else []
        return own + [text for coding in value.get("coding", ()) for text in texts("Coding", coding)]
    return [value["display"]] if type == "Coding" and "display" in value else []


def is_of_type(identifier: Any, raw: str) -> bool:
    """`system|code|value`: the type's system and code, and the identifier's value."""
    system, code, value = (literal(part) for part in split(raw, "|"))
    codings = identifier.get("type", {}).get("coding", ())
    same = any((coding.get("system"), coding.get("code")) == (system, code) for coding in codings)
    return same and bool(identifier.get("value") == value)


def matches(token: Token, raw: str) -> bool:
    """`code`, `system|code`, `|code` (without system), `system|` (any code)."""
    code, system = token
    parts = [literal(part) for part in split(raw, "|")]
    if len(parts) == 1:
        return code == parts[0]
    return system == parts[0] and (code == parts[1] or (parts[1] == "" and system != ""))
