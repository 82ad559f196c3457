"""Token search: https://hl7.org/fhir/R4/search.html#token"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from fhir_server.search.escapes import escape
from tests.fhir_server.search.stored import filter_of, found

STATUS = "http://hl7.org/fhir/observation-status"
OBSERVATION: Resource = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}, {"code": "HR"}]},
    "method": {"text": "counted"},
}
PATIENT: Resource = {
    "resourceType": "Patient",
    "id": "p1",
    "meta": {"tag": [{"system": "urn:tags", "code": "demo"}]},
    "active": True,
    "gender": "female",
    "identifier": [{"system": "urn:nik", "value": "6472|01"}, {"value": "bare"}, {"system": "urn:only"}],
    "telecom": [{"system": "phone", "value": "0812", "use": "mobile"}, {"system": "email", "value": "s@example.org"}],
    "deceasedDateTime": "2020",
}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("code", "8867-4", True),
        ("code", "8867", False),
        ("code", "http://loinc.org|8867-4", True),
        ("code", "http://loinc.org|HR", False),
        ("code", "|HR", True),
        ("code", "|8867-4", False),
        ("code", "http://loinc.org|", True),
        ("code", "http://snomed.info/sct|", False),
        ("code", "x,8867-4", True),
        ("code", "x,http://loinc.org|8867-4", True),
        ("code", "hr", False),
        ("code:not", "8867-4", False),
        ("code:not", "x", True),
        ("code:not", "x,HR", False),
        ("status", "final", True),
        ("status", f"{STATUS}|final", True),
        ("status", f"{STATUS}|", True),
        ("status", "http://other|final", False),
        ("status:not", "final", False),
        ("data-absent-reason:not", "unknown", True),
        ("code:missing", "false", True),
        ("category:missing", "true", True),
        ("method:missing", "false", True),
        ("method", "counted", False),
        ("_id", "o1", True),
        ("_id", "o2,o1", True),
        ("_id", "o2", False),
        ("_id:not", "o1", False),
    ],
)
def test_an_observation(name: str, value: str, expected: bool) -> None:
    assert found(OBSERVATION, (name, value)) is expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("identifier", r"urn:nik|6472\|01", True),
        ("identifier", r"6472\|01", True),
        ("identifier", "6472", False),
        ("identifier", "|bare", True),
        ("identifier", "bare", True),
        ("identifier", "urn:only|", True),
        ("active", "true", True),
        ("active", "false", False),
        ("gender", "http://hl7.org/fhir/administrative-gender|female", True),
        ("gender", "female", True),
        ("phone", "0812", True),
        ("phone", "mobile|0812", True),
        ("phone", "home|0812", False),
        ("email", "s@example.org", True),
        ("email", "0812", False),
        ("deceased", "true", True),
        ("_tag", "urn:tags|demo", True),
        ("_tag", "demo", True),
        ("_tag", "other", False),
    ],
)
def test_a_patient(name: str, value: str, expected: bool) -> None:
    assert found(PATIENT, (name, value)) is expected


def test_who_has_no_deceased_element_is_not_deceased() -> None:
    assert found({"resourceType": "Patient"}, ("deceased", "false"))


@pytest.mark.parametrize("value", ["a|b|c", "|", "||"])
def test_what_is_no_token_is_refused(value: str) -> None:
    with pytest.raises(InvalidParameter, match="code"):
        filter_of("Observation", ("code", value))


def test_an_id_has_no_system() -> None:
    with pytest.raises(InvalidParameter):
        filter_of("Patient", ("_id", "urn:x|1"))


TEXTS: Resource = {
    "resourceType": "Observation",
    "code": {
        "coding": [{"code": "1", "display": "Blood pressure panel"}, {"code": "2", "display": "Tekanan Darah"}],
        "text": "Tensi (lengan kíri)",
    },
    "component": [{"code": {"coding": [{"code": "3", "display": "Systolic blood pressure"}]}}],
    "identifier": [{"type": {"text": "Nomor order", "coding": [{"code": "PLAC", "system": "urn:v2"}]}, "value": "77"}],
}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("code:text", "blood", True),
        ("code:text", "Blood Press", True),
        ("code:text", "blo", True),
        ("code:text", "pressure", False),
        ("code:text", "tekanan darah", True),
        ("code:text", "tekanan  DARAH ", True),
        ("code:text", "tensi lengan kiri", True),
        ("code:text", "tensi, lengan", True),
        ("code:text", "darah", False),
        ("code:text", "systolic", False),
        ("component-code:text", "systolic blood", True),
        ("combo-code:text", "systolic blood", True),
        ("combo-code:text", "tekanan", True),
        ("combo-code:text", "diastolic", False),
        ("identifier:text", "nomor", True),
        ("identifier:text", "77", False),
        ("identifier:of-type", "urn:v2|PLAC|77", True),
        ("identifier:of-type", "urn:v2|PLAC|7", False),
        ("identifier:of-type", "urn:v2|FILL|77", False),
        ("identifier:of-type", "urn:other|PLAC|77", False),
    ],
)
def test_texts_of_codes_and_types_of_identifiers(name: str, value: str, expected: bool) -> None:
    assert found(TEXTS, (name, value)) is expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("identifier:of-type", "PLAC|77"),
        ("identifier:of-type", "|PLAC|77"),
        ("identifier:of-type", "urn:v2||77"),
        ("identifier:of-type", "urn:v2|PLAC|"),
        ("identifier:of-type", "a|b|c|d"),
        ("code:text", "..."),
        ("code:of-type", "a|b|c"),
        ("_id:text", "a"),
        ("code:in", ""),
        ("code:below", "E11"),
        ("code:below", "|E11"),
        ("code:above", "urn:x|"),
        ("code:exact", "x"),
    ],
)
def test_what_modifiers_do_not_understand_is_refused(name: str, value: str) -> None:
    with pytest.raises(InvalidParameter):
        filter_of("Observation", (name, value))


CODES = st.text(st.sampled_from("aAb |,\\$1é"), min_size=1, max_size=3)
SYSTEMS = st.one_of(st.none(), st.sampled_from(["urn:a", "urn:a|b", "a"]))


@given(
    st.lists(st.tuples(st.one_of(st.none(), CODES), SYSTEMS), max_size=3),
    CODES,
    st.sampled_from(["urn:a", "urn:a|b", "a"]),
)
def test_all_four_forms_agree_with_the_specification(
    codings: list[tuple[str | None, str | None]], code: str, system: str
) -> None:
    rows = [
        {name: value for name, value in zip(("code", "system"), coding, strict=True) if value} for coding in codings
    ]
    resource: Resource = {"resourceType": "Observation", "code": {"coding": rows}}
    forms = {
        escape(code): any(one == code for one, _ in codings),
        f"{escape(system)}|{escape(code)}": (code, system) in codings,
        f"|{escape(code)}": (code, None) in codings,
        f"{escape(system)}|": any(one == system for _, one in codings),
    }
    for value, expected in forms.items():
        assert found(resource, ("code", value)) is expected
        assert found(resource, ("code:not", value)) is not expected
