"""The hospital's own rules for Patient and Practitioner: NIK, BPJS number, nomor RM. https://hl7.org/fhir/R4/patient.html"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from resources.identifiers import Identifier, identifiers
from resources.issues import Issue
from resources.systems import BPJS_PREFIX, IHS_PATIENT, IHS_PRACTITIONER, MRN_PREFIX, NIK, NIK_OF_MOTHER
from resources.validation import texts
from resources.validation.scope import Problem

UNKNOWN_NIK = "9999999999999999"
NIK_FORM = re.compile(r"[0-9]{16}")
BPJS_FORM = re.compile(r"[0-9]{13}")
FEMALE_DAY = 40  # the day of birth of a woman is written plus 40
PROVINCES = frozenset(
    "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 "
    "91 92 93 94 95 96 97".split()
)


def patient_keys(resource: Any) -> Iterator[Identifier]:
    """What no two patients may share. A record replaced by another one keeps its numbers without claiming them."""
    if _is_replaced(resource):
        return
    for identifier in identifiers(resource):
        prefixed = identifier.system.startswith((MRN_PREFIX, BPJS_PREFIX))
        claimed = prefixed or identifier.system in (NIK, IHS_PATIENT)
        if claimed and identifier.current and identifier.value != UNKNOWN_NIK:
            yield identifier


def practitioner_keys(resource: Any) -> Iterator[Identifier]:
    for identifier in identifiers(resource):
        if identifier.current and identifier.system in (NIK, IHS_PRACTITIONER) and identifier.value != UNKNOWN_NIK:
            yield identifier


def patient_rules(resource: Any) -> Iterator[Issue]:
    yield from practitioner_rules(resource)
    for identifier in identifiers(resource):
        path = f"{resource['resourceType']}.identifier[{identifier.place}].value"
        if identifier.system.startswith(BPJS_PREFIX) and not BPJS_FORM.fullmatch(identifier.value):
            problem = texts.business_rule("A BPJS number has 13 digits", "Nomor kartu BPJS terdiri atas 13 digit")
            yield Issue("error", *problem, path)
        if identifier.system == NIK and NIK_FORM.fullmatch(identifier.value) and identifier.value != UNKNOWN_NIK:
            for problem in _nik_doubts(identifier.value, resource):
                yield Issue("warning", *problem, path)


def practitioner_rules(resource: Any) -> Iterator[Issue]:
    for identifier in identifiers(resource):
        if identifier.system in (NIK, NIK_OF_MOTHER) and not NIK_FORM.fullmatch(identifier.value):
            path = f"{resource['resourceType']}.identifier[{identifier.place}].value"
            severity = "error" if identifier.system == NIK else "warning"
            yield Issue(severity, *texts.business_rule("A NIK has 16 digits", "NIK terdiri atas 16 digit"), path)


def _nik_doubts(nik: str, resource: Any) -> Iterator[Problem]:
    """People move and area codes change: a NIK that does not fit the rest is a reason to look, not to refuse."""
    if nik[:2] not in PROVINCES:
        yield texts.business_rule(
            "The NIK does not start with the code of a province", "NIK tidak diawali kode provinsi yang dikenal"
        )
    born, day = resource.get("birthDate"), int(nik[6:8])
    expected = f"{day - FEMALE_DAY if day > FEMALE_DAY else day:02d}{nik[8:12]}"
    if isinstance(born, str) and len(born) == 10 and f"{born[8:10]}{born[5:7]}{born[2:4]}" != expected:
        yield texts.business_rule(
            "The NIK holds another date of birth than birthDate", "Tanggal lahir dalam NIK berbeda dari birthDate"
        )
    sex = "female" if day > FEMALE_DAY else "male"
    if resource.get("gender") in ("female", "male") and resource["gender"] != sex:
        yield texts.business_rule("The NIK says another sex than gender", "Jenis kelamin dalam NIK berbeda dari gender")


def _is_replaced(resource: Any) -> bool:
    links = resource.get("link") if isinstance(resource, dict) else None
    rows = links if isinstance(links, list) else []
    return any(isinstance(row, dict) and row.get("type") == "replaced-by" for row in rows)
