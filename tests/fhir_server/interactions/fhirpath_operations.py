"""FHIRPath Patch operations, and what each of them makes of a Patient."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

Json = dict[str, Any]

KEYS = {"type": "valueCode", "path": "valueString", "name": "valueString"}


def operation(type: str, path: str, *, value: Json | None = None, **others: Any) -> Json:
    named = {"type": type, "path": path, **others}
    parts = [{"name": name, KEYS.get(name, "valueInteger"): content} for name, content in named.items()]
    return {"name": "operation", "part": [*parts, *([{"name": "value", **value}] if value is not None else [])]}


def add(path: str, name: str, **value: Any) -> Json:
    return operation("add", path, name=name, value=value)


def insert(path: str, index: Any, **value: Any) -> Json:
    return operation("insert", path, index=index, value=value)


def replace(path: str, **value: Any) -> Json:
    return operation("replace", path, value=value)


def delete(path: str) -> Json:
    return operation("delete", path)


def move(path: str, source: int, destination: int) -> Json:
    return operation("move", path, source=source, destination=destination)


NAMES: list[Json] = [{"use": "usual", "text": "a"}, {"use": "official", "text": "b", "given": ["x", "y"]}]
U = {"url": "u", "valueCode": "c"}


CASES: list[tuple[Json, Json, Json]] = [
    # primitives
    ({}, add("Patient", "birthDate", valueDate="1920-01-01"), {"birthDate": "1920-01-01"}),
    ({"birthDate": "1920"}, replace("Patient.birthDate", valueDate="1930"), {"birthDate": "1930"}),
    (
        {"birthDate": "1920", "_birthDate": {"id": "b"}},
        replace("Patient.birthDate", valueDate="1930"),
        {"birthDate": "1930"},
    ),
    ({"birthDate": "1920", "active": True}, delete("Patient.birthDate"), {"active": True}),
    ({"birthDate": "1920", "_birthDate": {"id": "b"}}, delete("Patient.birthDate"), {}),
    ({"_birthDate": {"extension": [U]}}, delete("Patient.birthDate"), {}),
    ({}, delete("Patient.birthDate"), {}),
    ({}, delete("Patient.contact.where(gender='male').name"), {}),
    ({"active": False}, replace("Patient.active", valueBoolean=True), {"active": True}),
    ({}, add("Patient", "birthDate", _valueDate={"extension": [U]}), {"_birthDate": {"extension": [U]}}),
    (
        {},
        add("Patient", "birthDate", valueDate="1920", _valueDate={"id": "b"}),
        {"birthDate": "1920", "_birthDate": {"id": "b"}},
    ),
    (
        {"birthDate": "1920"},
        add("Patient.birthDate", "extension", valueExtension=U),
        {"birthDate": "1920", "_birthDate": {"extension": [U]}},
    ),
    (
        {"birthDate": "1920", "_birthDate": {"extension": [U]}},
        replace("Patient.birthDate.extension('u').value", valueCode="d"),
        {"birthDate": "1920", "_birthDate": {"extension": [{"url": "u", "valueCode": "d"}]}},
    ),
    (
        {"birthDate": "1920", "_birthDate": {"extension": [U]}},
        delete("Patient.birthDate.extension[0]"),
        {"birthDate": "1920"},
    ),
    # nested primitives
    (
        {"contact": [{"gender": "male"}]},
        replace("Patient.contact[0].gender", valueCode="female"),
        {"contact": [{"gender": "female"}]},
    ),
    (
        {"contact": [{"gender": "male"}, {"gender": "female"}]},
        replace("Patient.contact.where(gender = 'male').gender", valueCode="other"),
        {"contact": [{"gender": "other"}, {"gender": "female"}]},
    ),
    (
        {"contact": [{"name": {"text": "a"}, "gender": "male"}]},
        delete("Patient.contact[0].gender"),
        {"contact": [{"name": {"text": "a"}}]},
    ),
    (
        {"contact": [{"name": {"text": "a"}}]},
        add("Patient.contact[0]", "gender", valueCode="male"),
        {"contact": [{"name": {"text": "a"}, "gender": "male"}]},
    ),
    # complex types
    ({}, add("Patient", "maritalStatus", valueCodeableConcept={"text": "m"}), {"maritalStatus": {"text": "m"}}),
    (
        {"maritalStatus": {"text": "m"}},
        replace("Patient.maritalStatus", valueCodeableConcept={"text": "n"}),
        {"maritalStatus": {"text": "n"}},
    ),
    ({"maritalStatus": {"text": "m"}}, delete("Patient.maritalStatus"), {}),
    # anonymous types
    (
        {},
        add(
            "Patient",
            "contact",
            part=[{"name": "name", "valueHumanName": {"text": "a"}}, {"name": "gender", "valueCode": "male"}],
        ),
        {"contact": [{"name": {"text": "a"}, "gender": "male"}]},
    ),
    (
        {},
        add(
            "Patient",
            "contact",
            part=[
                {"name": "telecom", "valueContactPoint": {"value": "1"}},
                {"name": "telecom", "valueContactPoint": {"value": "2"}},
            ],
        ),
        {"contact": [{"telecom": [{"value": "1"}, {"value": "2"}]}]},
    ),
    (
        {},
        add(
            "Patient",
            "name",
            part=[
                {"name": "given", "valueString": "a"},
                {"name": "given", "_valueString": {"id": "x"}, "valueString": "b"},
            ],
        ),
        {"name": [{"given": ["a", "b"], "_given": [None, {"id": "x"}]}]},
    ),
    (
        {},
        add("Patient", "extension", part=[{"name": "url", "valueUri": "u"}, {"name": "value", "valueCode": "c"}]),
        {"extension": [U]},
    ),
    ({"contact": [{"gender": "male"}]}, delete("Patient.contact[0]"), {}),
    # lists
    (
        {"name": NAMES},
        replace("Patient.name[1].text", valueString="c"),
        {"name": [NAMES[0], {**NAMES[1], "text": "c"}]},
    ),
    ({"name": NAMES}, add("Patient", "name", valueHumanName={"text": "c"}), {"name": [*NAMES, {"text": "c"}]}),
    ({"name": NAMES}, insert("Patient.name", 0, valueHumanName={"text": "c"}), {"name": [{"text": "c"}, *NAMES]}),
    (
        {"name": NAMES},
        insert("Patient.name", 1, valueHumanName={"text": "c"}),
        {"name": [NAMES[0], {"text": "c"}, NAMES[1]]},
    ),
    ({"name": NAMES}, insert("Patient.name", 2, valueHumanName={"text": "c"}), {"name": [*NAMES, {"text": "c"}]}),
    ({}, insert("Patient.name", 0, valueHumanName={"text": "c"}), {"name": [{"text": "c"}]}),
    ({"name": NAMES}, delete("Patient.name[0]"), {"name": NAMES[1:]}),
    ({"name": NAMES}, delete("Patient.name.where(use='official')"), {"name": NAMES[:1]}),
    (
        {"name": NAMES},
        delete("Patient.name.last().given.where($this='y')"),
        {"name": [NAMES[0], {**NAMES[1], "given": ["x"]}]},
    ),
    (
        {"name": NAMES},
        replace("Patient.name.given[1]", valueString="z"),
        {"name": [NAMES[0], {**NAMES[1], "given": ["x", "z"]}]},
    ),
    ({"name": NAMES}, delete("name.where(given.exists())"), {"name": NAMES[:1]}),
    ({"name": NAMES}, move("Patient.name", 1, 0), {"name": NAMES[::-1]}),
    ({"name": [{"given": list("abcd")}]}, move("Patient.name[0].given", 3, 1), {"name": [{"given": list("adbc")}]}),
    ({"name": [{"given": list("abcd")}]}, move("Patient.name[0].given", 0, 3), {"name": [{"given": list("bcda")}]}),
    (
        {"name": [{"given": list("ab"), "_given": [None, {"id": "x"}]}]},
        move("Patient.name.given", 1, 0),
        {"name": [{"given": list("ba"), "_given": [{"id": "x"}, None]}]},
    ),
    (
        {"name": [{"given": list("ab"), "_given": [None, {"id": "x"}]}]},
        delete("Patient.name.given[0]"),
        {"name": [{"given": ["b"], "_given": [{"id": "x"}]}]},
    ),
    (
        {"name": [{"given": list("ab"), "_given": [None, {"id": "x"}]}]},
        delete("Patient.name.given[1]"),
        {"name": [{"given": ["a"]}]},
    ),
    (
        {"name": [{"given": list("ab"), "_given": [None, {"id": "x"}]}]},
        insert("Patient.name.given", 0, valueString="c"),
        {"name": [{"given": list("cab"), "_given": [None, None, {"id": "x"}]}]},
    ),
    # choices
    ({"deceasedBoolean": True}, replace("Patient.deceased", valueDateTime="2020"), {"deceasedDateTime": "2020"}),
    ({"deceasedBoolean": True}, replace("Patient.deceased", valueBoolean=False), {"deceasedBoolean": False}),
    ({"deceasedBoolean": True}, delete("Patient.deceased.ofType(boolean)"), {}),
    ({"deceasedBoolean": True}, delete("Patient.deceased.ofType(dateTime)"), {"deceasedBoolean": True}),
    ({"deceasedBoolean": True}, delete("Patient.deceasedBoolean"), {}),
    ({}, add("Patient", "deceased", valueDateTime="2020"), {"deceasedDateTime": "2020"}),
    (
        {"extension": [U]},
        replace("Patient.extension('u').value", valueDecimal=Decimal("1.00")),
        {"extension": [{"url": "u", "valueDecimal": Decimal("1.00")}]},
    ),
    # contained resources
    (
        {"contained": [{"resourceType": "Organization", "id": "o"}]},
        add("Patient.contained[0]", "name", valueString="x"),
        {"contained": [{"resourceType": "Organization", "id": "o", "name": "x"}]},
    ),
    (
        {},
        add("Patient", "contained", resource={"resourceType": "Organization", "id": "o"}),
        {"contained": [{"resourceType": "Organization", "id": "o"}]},
    ),
    (
        {},
        add("Patient.meta", "tag", valueCoding={"code": "t"}),
        {"meta": {"versionId": "1", "tag": [{"code": "t"}]}},
    ),
]
"""Content of a Patient, an operation, the content after it."""
