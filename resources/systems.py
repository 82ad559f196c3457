"""Identifier and code systems in use at an Indonesian hospital. https://satusehat.kemkes.go.id/platform/docs"""

from __future__ import annotations

from typing import Final

# SATUSEHAT, identifiers of people: https://satusehat.kemkes.go.id/platform/docs/id/fhir/resources/patient/
NIK: Final = "https://fhir.kemkes.go.id/id/nik"
NIK_OF_MOTHER: Final = "https://fhir.kemkes.go.id/id/nik-ibu"
KK: Final = "https://fhir.kemkes.go.id/id/kk"
PASSPORT: Final = "https://fhir.kemkes.go.id/id/paspor"
IHS_PATIENT: Final = "https://fhir.kemkes.go.id/id/ihs-number"
IHS_PRACTITIONER: Final = "https://fhir.kemkes.go.id/id/nakes-his-number"
STR: Final = "https://fhir.kemkes.go.id/id/str-kki-number"
SIP: Final = "https://fhir.kemkes.go.id/id/sip-number"

# SATUSEHAT, identifiers that a facility gives: the prefix is followed by the number of the organization.
LOCAL: Final = "http://sys-ids.kemkes.go.id/"
MRN_PREFIX: Final = LOCAL + "mrn/"
ENCOUNTER_PREFIX: Final = LOCAL + "encounter/"
BPJS_PREFIX: Final = LOCAL + "insurance-subscriber/"
BPJS_CARD: Final = BPJS_PREFIX + "bpjs"
BPJS_DOCTOR_PREFIX: Final = LOCAL + "bpjs-dokter/"  # ours: a doctor by the code that BPJS has (kodedokter)
BOOKING_PREFIX: Final = LOCAL + "kodebooking/"  # ours: the code that BPJS Antrean calls kodebooking
POLI_PREFIX: Final = LOCAL + "poli/"  # ours: a clinic by the code that BPJS has for it
TICKET_PREFIX: Final = LOCAL + "antrean/"  # ours: a number of the queue of one service point and day
QUEUE_PREFIX: Final = LOCAL + "loket-antrean/"  # ours: the queue of a service point on a day
SEP_PREFIX: Final = LOCAL + "sep/"  # ours: the letter of eligibility (SEP) by which BPJS pays for a visit
SERVICE_REQUEST_PREFIX: Final = LOCAL + "servicerequest/"
KFA: Final = LOCAL + "kfa"

# SATUSEHAT, extensions.
ADMINISTRATIVE_CODE: Final = "https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode"
MEDICATION_TYPE: Final = "https://fhir.kemkes.go.id/r4/StructureDefinition/MedicationType"

# HL7 and others: https://hl7.org/fhir/R4/terminologies-systems.html
ICD_10: Final = "http://hl7.org/fhir/sid/icd-10"
ICD_9_CM: Final = "http://hl7.org/fhir/sid/icd-9-cm"
LOINC: Final = "http://loinc.org"
SNOMED: Final = "http://snomed.info/sct"
UCUM: Final = "http://unitsofmeasure.org"


def local(kind: str, organization: str) -> str:
    """The identifier system of one organization for one kind of thing: local("mrn", "100000001")."""
    return f"{LOCAL}{kind}/{organization}"


# Extensions and codes of our own: what bookings and the queue keep in Schedule, Slot, Appointment and Task.
SESSION: Final = "urn:rsud-fhir:session"
BOOKING: Final = "urn:rsud-fhir:booking"
TICKET: Final = "urn:rsud-fhir:ticket"
SERVICE_POINT: Final = "urn:rsud-fhir:service-point"
OFFER: Final = "urn:rsud-fhir:offer"
PRACTICE: Final = "urn:rsud-fhir:practice"
LEAVE: Final = "urn:rsud-fhir:leave"
PROVIDER: Final = "urn:rsud-fhir:provider"
BUSINESS_STATUS: Final = "urn:rsud-fhir:ticket-status"
# Documents that the hospital has issued.
DOCUMENT: Final = "urn:rsud-fhir:document"
DOCUMENT_NUMBER_PREFIX: Final = LOCAL + "nomor-dokumen/"
VERIFICATION: Final = "urn:rsud-fhir:verification"  # what the QR code on a document leads to
LAST_DOCUMENT_NUMBER: Final = "urn:rsud-fhir:last-document-number"
LAST_RECORD_NUMBER: Final = "urn:rsud-fhir:last-record-number"
# What patients ask for at their pages.
SHARED_LINK: Final = "urn:rsud-fhir:shared-link"  # a Consent that lets who has the link see a summary, by its SHA-256
RIGHTS_REQUEST: Final = "urn:rsud-fhir:rights-request"  # a Task: a correction, a copy or a deletion is asked for
