"""Random requests: all interactions, by search parameters, chains, includes, orders, totals, histories, writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

from tests.journeys.bundles import NIK
from tests.journeys.non_interference.grammar import INCLUDES, OF_TYPE, RESULTS, SORTS
from tests.journeys.non_interference.wards import (
    CATEGORIES,
    CODES,
    CONFIDENTIALITY,
    NUMBERS,
    PEOPLE,
    SHARED,
    TYPES,
    Ward,
    nik,
)

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """`url` below the base."""

    method: str
    url: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.url} {self.headers or ''} {self.body or ''}"


PLAIN = (
    lambda dice, ward: f"_id={','.join(_id(dice, ward, dice.choice(TYPES)) for _ in range(3))}",
    lambda dice, ward: "_id:missing=false",
    lambda dice, ward: f"_text={dice.choice(('catatan', *PEOPLE))}",
    lambda dice, ward: f"_content={dice.choice((*CODES, 'Orangb'))}",
    lambda dice, ward: f"_lastUpdated=ge2026-01-01T0{dice.randrange(4)}:00:00Z",
    lambda dice, ward: f"_security={CONFIDENTIALITY}|{dice.choice('NRV')}",
)
"""What all types have."""


def request(dice: Random, ward: Ward) -> Asked:
    kinds: Sequence[tuple[int, Callable[[Random, Ward], Asked]]] = (
        (10, _search),
        (4, _include),
        (2, _several),
        (2, _compartment),
        (2, _gathered),
        (3, _read),
        (3, _history),
        (7, _write),
        (4, _conditional),
        (2, _bundle),
    )
    (kind,) = dice.choices([one for _, one in kinds], [weight for weight, _ in kinds])
    return kind(dice, ward)


def _id(dice: Random, ward: Ward, type: str) -> str:
    ids = ward.ids(type)
    return dice.choice(ids) if ids and dice.random() < 0.9 else "tidak-ada"


def _filled(dice: Random, template: str) -> str:
    values = {
        "person": dice.choice(PEOPLE),
        "code": dice.choice(CODES),
        "category": dice.choice(CATEGORIES),
        "gender": dice.choice(("male", "female")),
    }
    return template.format(**values)


def _criteria(dice: Random, ward: Ward, type: str) -> list[str]:
    found = [_filled(dice, dice.choice(OF_TYPE[type]))] if type in OF_TYPE and dice.random() < 0.8 else []
    if not found or dice.random() < 0.3:
        found.append(dice.choice(PLAIN)(dice, ward))
    return found


def _results(dice: Random) -> list[str]:
    found = []
    if dice.random() < 0.4:
        found.append(f"_sort={dice.choice(SORTS)}")
    if dice.random() < 0.4:
        found.append(f"_count={dice.choice((1, 2, 3, 5))}")
    if dice.random() < 0.3:
        found.append(f"_total={dice.choice(('accurate', 'estimate'))}")
    if dice.random() < 0.15:
        found = [dice.choice(RESULTS)]
    return found


def _url(path: str, parts: Sequence[str]) -> str:
    pairs = (part.split("=", 1) for part in "&".join(parts).split("&") if part)
    query = "&".join(f"{quote(name, safe=':')}={quote(value, safe=',')}" for name, value in pairs)
    return f"{path}?{query}" if query else path


def _search(dice: Random, ward: Ward) -> Asked:
    type = dice.choice((*OF_TYPE, *OF_TYPE, *TYPES, "Observation", "Patient", "Patient"))
    parts = [*_criteria(dice, ward, type), *_results(dice)]
    if dice.random() < 0.1:
        parts = ["family=terlampir"] if dice.random() < 0.5 else _criteria(dice, ward, "Patient")
        contained = (
            f"_contained={dice.choice(('true', 'both'))}&_containedType={dice.choice(('container', 'contained'))}"
        )
        return Asked("GET", _url("Patient", [*parts, contained, f"_count={dice.choice((1, 50))}"]))
    if dice.random() < 0.2:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Asked("POST", f"{type}/_search", _url("", parts).removeprefix("?"), headers)
    return Asked("GET", _url(type, parts))


def _include(dice: Random, ward: Ward) -> Asked:
    include = [dice.choice(INCLUDES) for _ in range(dice.randrange(1, 3))]
    source = include[0].partition("=")[2].partition(":")[0]
    type = source if source in TYPES and include[0].startswith("_include") else dice.choice(("Patient", *SHARED))
    criteria = _criteria(dice, ward, type) if dice.random() < 0.5 else []
    return Asked("GET", _url(type, [*criteria, *include, *_results(dice)]))


def _several(dice: Random, ward: Ward) -> Asked:
    types = f"_type={','.join(sorted({dice.choice(TYPES) for _ in range(3)}))}"
    parts = [types] if dice.random() < 0.6 else []
    return Asked("GET", _url("", [*parts, dice.choice(PLAIN)(dice, ward), f"_count={dice.choice((2, 5, 50))}"]))


def _compartment(dice: Random, ward: Ward) -> Asked:
    base = dice.choice((f"Patient/{dice.choice(PEOPLE)}", f"Practitioner/practitioner-{dice.randrange(2)}"))
    member = dice.choice(("*", "Observation", "Encounter", "Condition"))
    return Asked("GET", _url(f"{base}/{member}", _results(dice)))


def _gathered(dice: Random, ward: Ward) -> Asked:
    """What gathers a record: of a person, of a visit."""
    patient = f"Patient/{dice.choice(('a', 'a', 'a', *PEOPLE))}"
    visit = f"Encounter/{_id(dice, ward, 'Encounter')}"
    name = dice.choice((f"{patient}/$everything", f"{visit}/$everything", "Patient/$everything", f"{patient}/$summary"))
    if dice.random() < 0.15:
        return Asked("GET", _url("DocumentReference/$docref", [f"patient={patient}", "start=2000"]))
    if dice.random() < 0.1:
        return Asked("GET", _url("Patient/$summary", [f"identifier={NUMBERS}|{dice.choice(PEOPLE)}"]))
    if name.endswith("$summary"):
        return Asked("GET", name)
    parts = [f"_count={dice.choice((1, 3, 10, 100))}"] if dice.random() < 0.7 else []
    if dice.random() < 0.3:
        parts.append(f"_type={','.join(sorted({dice.choice(TYPES) for _ in range(3)}))}")
    if dice.random() < 0.2:
        parts.append(f"start=2026-0{dice.randrange(1, 4)}")
    return Asked("GET", _url(name, parts))


def _read(dice: Random, ward: Ward) -> Asked:
    type = dice.choice(TYPES)
    id = _id(dice, ward, type)
    path = dice.choice((f"{type}/{id}", f"{type}/{id}/_history/{dice.randrange(1, 4)}", f"{type}/{id}/$validate"))
    return Asked(dice.choice(("GET", "GET", "HEAD")), path)


def _history(dice: Random, ward: Ward) -> Asked:
    type = dice.choice(TYPES)
    path = dice.choice((f"{type}/{_id(dice, ward, type)}/_history", f"{type}/_history", "_history"))
    parts = [f"_count={dice.choice((1, 2, 10))}"] if dice.random() < 0.6 else []
    if dice.random() < 0.3:
        parts.append(dice.choice(("_since=2026-01-01T01:00:00Z", "_at=2026-01-01T02:00:00Z", "_summary=count")))
    return Asked("GET", _url(path, parts))


def _content(dice: Random, ward: Ward, id: str | None = None) -> Json:
    """Something to write: of somebody, perhaps pointing at somebody else's."""
    type = dice.choice(("Observation", "Condition", "Task", "DocumentReference", "Group"))
    whose = {"reference": f"Patient/{dice.choice(('a', 'a', 'a', 'a', 'a', *PEOPLE))}"}
    row: Json = {"resourceType": type, **({"id": id} if id else {})}
    match type:
        case "Task":
            row |= {"status": "requested", "intent": "order", "for": whose}
        case "Group":
            row |= {"type": "person", "actual": True, "member": [{"entity": whose}]}
        case "DocumentReference":
            binary = {"attachment": {"url": f"Binary/{_id(dice, ward, 'Binary')}"}}
            row |= {"status": "current", "subject": whose, "content": [binary]}
        case "Condition":
            row |= {"code": {"text": "demam"}, "subject": whose}
        case _:
            row |= {"status": "final", "code": {"text": "suhu"}, "subject": whose}
    if type in ("Observation", "Condition") and dice.random() < 0.3:
        row["encounter"] = {"reference": f"Encounter/{_id(dice, ward, 'Encounter')}"}
    if type == "Observation" and dice.random() < 0.2:
        row["derivedFrom"] = [{"reference": f"Observation/{_id(dice, ward, 'Observation')}"}]
    return row


def _named(dice: Random, ward: Ward) -> Json:
    row = _content(dice, ward)
    return {**row, "id": _id(dice, ward, row["resourceType"])}


def _write(dice: Random, ward: Ward) -> Asked:
    row = _named(dice, ward)
    type, id = row["resourceType"], row["id"]
    headers = {"If-Match": f'W/"{dice.randrange(1, 4)}"'} if dice.random() < 0.3 else {}
    if type == "Observation" and dice.random() < 0.4:
        number = [{"system": NIK, "value": nik(dice.choice(PEOPLE))}]
        return Asked("PUT", "Patient/a", {"resourceType": "Patient", "id": "a", "identifier": number})
    match dice.randrange(5):
        case 0:
            return Asked("POST", type, {name: value for name, value in row.items() if name != "id"})
        case 1 | 2:
            if dice.random() < 0.2:
                headers = {"If-None-Match": "*"}
            return Asked("PUT", f"{type}/{id}", row, headers)
        case 3:
            return Asked("DELETE", f"{type}/{id}", None, headers)
    operation = {"op": "replace", "path": "/subject/reference", "value": f"Patient/{dice.choice(PEOPLE)}"}
    test = {"op": "test", "path": "/status", "value": "final"}
    headers = {**headers, "Content-Type": "application/json-patch+json"}
    return Asked("PATCH", f"{type}/{id}", [dice.choice((operation, test))], headers)


def _conditional(dice: Random, ward: Ward) -> Asked:
    row = _named(dice, ward)
    type = row["resourceType"]
    condition = dice.choice(
        (
            f"_id={row['id']}",
            f"identifier={NUMBERS}|{dice.choice(PEOPLE)}-0",
            *(_filled(dice, one) for one in OF_TYPE.get(type, ()) if "_filter" not in one and "_list" not in one),
        )
    )
    match dice.randrange(4):
        case 0:
            return Asked("POST", type, _without_id(row), {"If-None-Exist": condition})
        case 1:
            return Asked("PUT", _url(type, [condition]), row if dice.random() < 0.5 else _without_id(row))
        case 2:
            return Asked("DELETE", _url(type, [condition]))
    headers = {"Content-Type": "application/json-patch+json"}
    return Asked("PATCH", _url(type, [condition]), [{"op": "test", "path": "/status", "value": "final"}], headers)


def _without_id(row: Json) -> Json:
    return {name: value for name, value in row.items() if name != "id"}


def _bundle(dice: Random, ward: Ward) -> Asked:
    entries: list[Json] = []
    for _ in range(dice.randrange(1, 4)):
        asked = dice.choice((_search, _read, _write, _conditional))(dice, ward)
        if asked.method == "PATCH" or (asked.method == "POST" and "_search" in asked.url):
            continue
        row: Json = {"request": {"method": asked.method, "url": asked.url}}
        if "If-None-Exist" in asked.headers:
            row["request"]["ifNoneExist"] = asked.headers["If-None-Exist"]
        if "If-Match" in asked.headers:
            row["request"]["ifMatch"] = asked.headers["If-Match"]
        if asked.body is not None:
            row["resource"] = asked.body
        entries.append(row)
    if dice.random() < 0.3:
        row = _without_id(_content(dice, ward))
        if "subject" in row:
            row["subject"] = {"reference": f"Patient?identifier={NUMBERS}|{dice.choice(PEOPLE)}"}
        entries.append({"request": {"method": "POST", "url": row["resourceType"]}, "resource": row})
    return Asked(
        "POST", "", {"resourceType": "Bundle", "type": dice.choice(("batch", "transaction")), "entry": entries}
    )
