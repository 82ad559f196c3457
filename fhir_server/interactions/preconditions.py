"""The conditions that a request's headers carry. https://hl7.org/fhir/R4/http.html#cond-update"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl

from fhir_server.errors import BadRequest
from fhir_server.messages import FhirRequest, Parameters
from resources.issues import Text

ENTITY_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def if_match(headers: Mapping[str, str]) -> int | None:
    """The version that If-Match asks for. Raises BadRequest."""
    value = headers.get("if-match")
    if value is None:
        return None
    match = ENTITY_TAG.fullmatch(value.strip())
    if match is None:
        raise BadRequest(
            Text('If-Match must be one version, such as W/"3".', 'If-Match harus satu versi, misalnya W/"3".'),
            expression="http.if-match",
        )
    return int(match[1])


def if_none_match_any(headers: Mapping[str, str]) -> bool:
    """If-None-Match: * on a write: only if it does not exist yet."""
    return headers.get("if-none-match", "").strip() == "*"


def if_none_exist(headers: Mapping[str, str]) -> Parameters | None:
    """The search of a conditional create; a leading `Type?` or `?` is taken off."""
    value = headers.get("if-none-exist")
    if value is None:
        return None
    return tuple(parse_qsl(value.rpartition("?")[2], keep_blank_values=True))


def not_modified(request: FhirRequest, version: int, updated: datetime) -> bool:
    """A conditional read whose copy is still current. If-None-Match decides where both headers are sent."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or str(version) in ENTITY_TAG.findall(tags)
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return updated.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
