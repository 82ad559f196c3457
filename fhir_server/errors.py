"""What can go wrong, named after the fact, and the one place that makes an OperationOutcome of it.

https://hl7.org/fhir/R4/operationoutcome.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from fhir_server.messages import Resource
from resources.issues import Issue, Text


class FhirError(Exception):
    """A refusal with an HTTP status, an issue code and a text that says where and what to do."""

    status = 400
    code = "invalid"
    headers: Mapping[str, str] = {}

    def __init__(self, text: Text, *, expression: str = "", code: str | None = None) -> None:
        super().__init__(text.en)
        self.issues: tuple[Issue, ...] = (Issue("error", code or self.code, text, expression),)

    def locate(self, place: str) -> None:
        """Says in which entry of a Bundle it went wrong: Patient.name becomes Bundle.entry[3].resource.name."""
        self.issues = tuple(replace(issue, expression=_inside(place, issue.expression)) for issue in self.issues)


class BadRequest(FhirError):
    """The request cannot be understood."""


class InvalidParameter(BadRequest):
    """A search parameter, its modifier, prefix or value is not understood; `expression` names the parameter."""


class NotSupported(BadRequest):
    code = "not-supported"


class Unauthenticated(FhirError):
    status = 401
    code = "login"


class Forbidden(FhirError):
    status = 403
    code = "forbidden"


class NotFound(FhirError):
    status = 404
    code = "not-found"


class MethodNotAllowed(FhirError):
    status = 405
    code = "not-supported"


class NotAcceptable(FhirError):
    status = 406
    code = "not-supported"


class Conflict(FhirError):
    """The write contradicts what is stored: another resource has this business key, a race was lost.

    `position`: which of several documents that were written together; None where that is not known."""

    status = 409
    code = "conflict"
    position: int | None = None


class Duplicate(Conflict):
    code = "duplicate"


class Gone(FhirError):
    status = 410
    code = "deleted"


class PreconditionFailed(FhirError):
    status = 412
    code = "conflict"


class MultipleMatches(PreconditionFailed):
    code = "multiple-matches"


class TooLarge(FhirError):
    status = 413
    code = "too-long"


class RangeNotSatisfiable(FhirError):
    """`size`: how many bytes there are."""

    status = 416
    code = "value"

    def __init__(self, size: int) -> None:
        super().__init__(Text(f"There are only {size} bytes.", f"Isinya hanya {size} byte."))
        self.headers = {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"}


class UnsupportedMediaType(FhirError):
    status = 415
    code = "not-supported"


class Invalid(FhirError):
    """The resource does not follow the specification: all issues that were found."""

    status = 422

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        Exception.__init__(self, "; ".join(issue.text.en for issue in self.issues))


class TooCostly(FhirError):
    status = 403
    code = "too-costly"


class Unavailable(FhirError):
    """The database does not answer; try again later."""

    status = 503
    code = "transient"


@contextmanager
def located(place: str) -> Iterator[None]:
    """A FhirError from inside names this entry; "" names none."""
    try:
        yield
    except FhirError as error:
        if place:
            error.locate(place)
        raise


def _inside(place: str, expression: str) -> str:
    if expression.startswith("Bundle.entry["):
        return expression
    if not expression or expression.startswith("http."):
        return f"{place}.request" if expression else place
    _, dot, rest = expression.partition(".")
    return f"{place}.resource{dot}{rest}"


def outcome(issues: Iterable[Issue], language: str) -> Resource:
    """An OperationOutcome of these issues."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(issue, language) for issue in issues]}


def _issue(issue: Issue, language: str) -> Resource:
    text = issue.text.in_language(language)
    row: Resource = {"severity": issue.severity, "code": issue.code, "details": {"text": text}, "diagnostics": text}
    if issue.rule:
        row["details"]["coding"] = [{"system": RULES, "code": issue.rule}]
    if issue.expression:
        row["expression"] = [issue.expression]
    return row


RULES = "urn:rsud-fhir:rule"
"""The code system of the hospital's rules."""

ALL_OK = Issue("information", "informational", Text("All OK", "Semua baik"))
