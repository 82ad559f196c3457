"""Which codes tell what was done. https://profiles.ihe.net/ITI/BALP/

What stands here is part of resources that are stored and compared with the journal years later: it may grow, but what
is there stays.
"""

from __future__ import annotations

from typing import NamedTuple

from fhir_server.messages import Resource

DICOM = "http://dicom.nema.org/resources/ontology/DCM"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
INTERACTION = "http://hl7.org/fhir/restful-interaction"


def coding(system: str, code: str, display: str = "") -> Resource:
    return {"system": system, "code": code, **({"display": display} if display else {})}


REST = coding(f"{TERMINOLOGY}audit-event-type", "rest", "RESTful Operation")
SOURCE = coding(DICOM, "110153", "Source Role ID")
DESTINATION = coding(DICOM, "110152", "Destination Role ID")
APPLICATION = coding(DICOM, "110150", "Application")
CUSTODIAN = coding(f"{TERMINOLOGY}provenance-participant-type", "custodian", "Custodian")
AUTHENTICATION = coding(DICOM, "110114", "User Authentication")
ALERT = coding(DICOM, "110113", "Security Alert")


class Pattern(NamedTuple):
    """`action`: C, R, U, D or E (execute); `client` and `server`: the parts that the two took in it."""

    type: Resource
    subtype: Resource | None
    action: str
    client: Resource = SOURCE
    server: Resource = DESTINATION


def _rest(code: str, action: str, client: Resource = SOURCE, server: Resource = DESTINATION) -> Pattern:
    return Pattern(REST, coding(INTERACTION, code), action, client, server)


PATTERNS = {
    "read": _rest("read", "R", DESTINATION, SOURCE),
    "vread": _rest("vread", "R", DESTINATION, SOURCE),
    "history-instance": _rest("history-instance", "R", DESTINATION, SOURCE),
    "history-type": _rest("history-type", "E"),
    "history-system": _rest("history-system", "E"),
    "search-type": _rest("search-type", "E"),
    "search-system": _rest("search-system", "E"),
    "create": _rest("create", "C"),
    "update": _rest("update", "U"),
    "patch": _rest("patch", "U"),
    "delete": _rest("delete", "D", APPLICATION, CUSTODIAN),
    "conditional-update": _rest("update", "U"),
    "conditional-patch": _rest("patch", "U"),
    "conditional-delete": _rest("delete", "D", APPLICATION, CUSTODIAN),
    "transaction": _rest("transaction", "E"),
    "$export": Pattern(coding(DICOM, "110106", "Export"), coding(INTERACTION, "operation"), "R", DESTINATION, SOURCE),
    "import": Pattern(coding(DICOM, "110107", "Import"), None, "C"),
    "login": Pattern(AUTHENTICATION, coding(DICOM, "110122", "Login"), "E"),
    "login-failed": Pattern(AUTHENTICATION, coding(DICOM, "110122", "Login"), "E"),
    "logout": Pattern(AUTHENTICATION, coding(DICOM, "110123", "Logout"), "E"),
    "break-glass-start": Pattern(ALERT, coding(DICOM, "110127", "Emergency Override Started"), "E"),
    "break-glass-stop": Pattern(ALERT, coding(DICOM, "110138", "Emergency Override Stopped"), "E"),
    "proxy-ended": Pattern(ALERT, coding(DICOM, "110136", "Security Roles Changed"), "E"),
    "consent-decision": Pattern(
        ALERT,
        coding("https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType", "AuthZ-Consent", "Consent decision"),
        "E",
    ),
}

OPERATION = _rest("operation", "E")
"""Of any operation that has no row of its own."""
