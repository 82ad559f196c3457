"""The sections of a patient summary as people read them: XHTML of which every value is escaped.

https://hl7.org/fhir/R4/narrative.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from fhir_server.interactions.operations.summary_sections import MOST, Gathered, codings, when
from fhir_server.messages import Resource
from resources.issues import Text

Names = Mapping[str, str]
"""Type/id -> what a resource that is referred to is called."""

NOTHING = Text("Nothing is recorded.", "Tidak ada data tercatat.")
WITHHELD = Text("There may be more that you may not see.", "Mungkin ada data lain yang tidak dapat Anda lihat.")
CUT = Text(f"Only the {MOST} newest.", f"Hanya {MOST} yang terbaru.")
WHAT, WHEN, DETAIL = Text("What", "Nama"), Text("When", "Waktu"), Text("Detail", "Keterangan")
UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""


def both(text: Text) -> str:
    return f"{text.id} / {text.en}"


def narrative(gathered: Gathered, names: Names) -> Resource:
    """The `text` of a section."""
    rows = [row(resource, names) for resource in gathered.resources]
    notes = [text for text, is_so in ((NOTHING, not rows), (WITHHELD, gathered.withheld), (CUT, gathered.cut)) if is_so]
    body = _table(rows) + "".join(f"<p>{_safe(both(text))}</p>" for text in notes)
    div = f'<div xmlns="http://www.w3.org/1999/xhtml"><h3>{_safe(both(gathered.section.title))}</h3>{body}</div>'
    return {"status": "generated", "div": div}


def row(resource: Resource, names: Names) -> tuple[str, str, str]:
    """What it is, when it was, and what more there is to say."""
    return called(resource, names), when(resource)[:10], "; ".join(part for part in _details(resource) if part)


def called(resource: Resource, names: Names) -> str:
    """What the resource is about."""
    reference = resource.get("medicationReference", {})
    for name in ("code", "vaccineCode", "medicationCodeableConcept"):
        if text := _concept(resource.get(name, {})):
            return text
    if "reference" not in reference:
        return str(reference.get("display", ""))
    inside = (one for one in resource.get("contained", ()) if reference["reference"] == f"#{one.get('id')}")
    contained = next((_concept(one.get("code", {})) for one in inside), "")
    return contained or names.get(reference["reference"], "") or str(reference.get("display", ""))


def _details(resource: Resource) -> Iterable[str]:
    for dosage in (*resource.get("dosageInstruction", ()), *resource.get("dosage", ())):
        yield str(dosage.get("text") or dosage.get("patientInstruction") or "")
    for reaction in resource.get("reaction", ()):
        if resource["resourceType"] == "AllergyIntolerance":
            yield ", ".join(_concept(one) for one in reaction.get("manifestation", ()))
    for name in ("criticality", "severity", "conclusion"):
        value = resource.get(name, "")
        yield _concept(value) if isinstance(value, dict) else str(value)
    for dose in resource.get("protocolApplied", ()):
        yield f"dosis {dose.get('doseNumberPositiveInt') or dose.get('doseNumberString', '')}"
    yield _value(resource)
    for component in resource.get("component", ()):
        yield f"{_concept(component.get('code', {}))}: {_value(component)}"
    yield from (_concept(one) for one in resource.get("interpretation", ()))


def _value(element: Resource) -> str:
    for name, value in element.items():
        if not name.startswith("value"):
            continue
        match value:
            case {"value": amount}:
                return f"{value.get('comparator', '')}{amount} {value.get('unit') or value.get('code', '')}".strip()
            case {"coding": _} | {"text": _}:
                return _concept(value)
            case bool():
                return "ya / yes" if value else "tidak / no"
            case str() | int():
                return str(value)
    return ""


def _concept(concept: Resource) -> str:
    if "text" in concept:
        return str(concept["text"])
    return next((str(one.get("display") or one.get("code") or "") for one in codings(concept)), "")


def _table(rows: Sequence[tuple[str, str, str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{_safe(both(text))}</th>" for text in (WHAT, WHEN, DETAIL))
    body = "".join(f"<tr>{''.join(f'<td>{_safe(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _safe(text: str) -> str:
    return escape(UNFIT.sub("\ufffd", text))
