"""DocumentReference/$docref: the documents of a patient. https://hl7.org/fhir/us/core/STU3.1.1/OperationDefinition-docref.html

A search of DocumentReferences, whose pages are those of that search.
"""

from __future__ import annotations

from dataclasses import replace

from fhir_server.audit.events import Trail
from fhir_server.bundles import searchset
from fhir_server.errors import BadRequest
from fhir_server.interactions import search
from fhir_server.interactions.operations.everything import time_of
from fhir_server.interactions.operations.parameters import as_query, named
from fhir_server.messages import FhirRequest, FhirResponse, Parameters
from fhir_server.record import Record
from fhir_server.search import refusals
from resources.issues import Text

NAMES = ("patient", "start", "end", "type", "on-demand", "_count")


async def docref(request: FhirRequest, record: Record, *, type: str) -> FhirResponse:
    """Parameters: `patient`, an id or a reference; `start` and `end`, dates of care, without which the newest document
    is meant; `type`, a code as system|code; `profile`; `on-demand`, whether only documents are meant that are made when
    they are asked for, of which the hospital lists none. Raises NotFound, Gone, Forbidden, InvalidParameter."""
    sent = named(as_query(request), NAMES, ("profile",), lenient=request.preference("handling") == "lenient")
    patient = sent.get("patient", "").removeprefix(f"{request.base}/").removeprefix("Patient/")
    if not patient:
        raise BadRequest(Text("Name the patient: patient=…", "Sebutkan pasien: patient=…"), expression="patient")
    if sent.get("on-demand", "false") not in ("true", "false"):
        raise refusals.wrong_value("on-demand", sent["on-demand"], "true or false", "true atau false")
    await record.watched(Trail()).read("Patient", patient)
    query = _query(patient, sent, record)
    if sent.get("on-demand") == "true":
        return FhirResponse(200, searchset(request, [], [], total=0, links={"self": as_query(request)}))
    return await search.search_type(
        replace(request, method="GET", path=(type,), query=query, body=None), record, type=type
    )


def _query(patient: str, sent: dict[str, str], record: Record) -> Parameters:
    """The search that answers. When the care was tells a document's period, else its date; what has none counts."""
    found = [("patient", f"Patient/{patient}"), ("status", "current")]
    found += [(name, sent[key]) for key, name in (("type", "type"), ("profile", "_profile")) if key in sent]
    ends = [(word, sent[name]) for name, word in (("start", "eb"), ("end", "sa")) if time_of(sent, name, record)]
    if not ends:
        return (*found, ("_sort", "-date"), ("_count", "1"))
    period, date = (" and ".join(f"not ({code} {word} {text})" for word, text in ends) for code in ("period", "date"))
    either = f"{period} and (period pr true or ({date}))"
    count = [("_count", sent["_count"])] if "_count" in sent else []
    return (*found, ("_filter", either), ("_sort", "-date"), *count)
