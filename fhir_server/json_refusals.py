"""Refusals as JSON, for kiosks and pages: {"rule", "message", "issues"}, in the language that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import JSONResponse

from fhir_server.errors import FhirError
from resources.issues import Issue, Text

NO_STORE = {"Cache-Control": "no-store"}


def refused(error: FhirError, language: str) -> JSONResponse:
    return told(error.status, error.issues, language)


def told(status: int, issues: Sequence[Issue], language: str) -> JSONResponse:
    """`rule`: of the first issue, the hospital's rule or FHIR's code of what went wrong."""
    headers = dict(NO_STORE)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="rsud-fhir"'
    if status == 503:
        headers["Retry-After"] = "5"
    first = issues[0]
    body = {
        "rule": first.rule or first.code,
        "message": first.text.in_language(language),
        "issues": [_row(issue, language) for issue in issues],
    }
    return JSONResponse(body, status, headers)


def _row(issue: Issue, language: str) -> dict[str, Any]:
    row = {"code": issue.code, "rule": issue.rule, "message": issue.text.in_language(language)}
    return {**row, "where": issue.expression} if issue.expression else row


def issue(code: str, text: Text, where: str = "") -> Issue:
    return Issue("error", code, text, where)
