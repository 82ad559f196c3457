"""The PDF of a document, as the same operation gives it at every other door."""

from __future__ import annotations

import re

from starlette.responses import Response

from auth.pages.forms import PageRefused
from exports import downloads
from fhir_server.errors import FhirError
from portal.paging import Page
from portal.record.reading import is_absent
from portal.visit import Visit
from resources.issues import Text

NAME = re.compile(r"[a-z-]{1,40}")
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
NO_DOCUMENT = Text("There is no such document.", "Dokumen ini tidak ada.")


async def drawn(visit: Visit) -> Response:
    document, id = _part(visit, "document", NAME), _part(visit, "id", ID)
    try:
        return await downloads.drawn(visit.response, document, id, tuple(visit.request.query_params.multi_items()))
    except FhirError as error:
        raise _refused(error) from error


async def issued(visit: Visit) -> Response:
    try:
        return await downloads.issued(visit.response, _part(visit, "id", ID))
    except FhirError as error:
        raise _refused(error) from error


def _part(visit: Visit, name: str, pattern: re.Pattern[str]) -> str:
    found = visit.path(name)
    if pattern.fullmatch(found) is None:
        raise PageRefused(404, NO_DOCUMENT)
    return found


def _refused(error: FhirError) -> Exception:
    return PageRefused(404, NO_DOCUMENT) if is_absent(error) else error


PAGES = (
    Page("documents/issued/{id}.pdf", "patient", issued),
    Page("documents/{document}/{id}.pdf", "patient", drawn),
)
