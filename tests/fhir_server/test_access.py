"""What a caller may see: the filter and the predicate of an access say the same, and both say what the scopes say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from auth.caller import Caller, Hidden
from auth.policy import Role
from auth.scopes import Restriction, Scope
from fhir_server.access import CONFIDENTIALITY, Access, may_see, visible, writable
from fhir_server.errors import Forbidden
from tests.fhir_server.search.evaluator import matches

Json = dict[str, Any]

PEOPLE = ("a", "b", "c")
TYPES = ("Patient", "Observation", "Organization", "AuditEvent", "Schedule", "Task", "Subscription")
CODES = ("http://x|lab", "http://x|vital", *(f"{CONFIDENTIALITY}|{code}" for code in ("N", "R", "V")))
MOMENTS = tuple(datetime(2026, month, 1, tzinfo=UTC) for month in (1, 5, 9))

scopes = st.builds(
    Scope,
    st.sampled_from(("patient", "user", "system")),
    st.sampled_from(("*", "Patient", "Observation", "Task", "Schedule")),
    st.sampled_from(("cruds", "rs", "u")),
    st.frozensets(
        st.builds(
            Restriction,
            st.sampled_from(("category", "_security")),
            st.frozensets(st.sampled_from(CODES), min_size=1),
        ),
        max_size=2,
    ),
)
hidden = st.builds(
    Hidden,
    st.frozensets(st.sampled_from(PEOPLE)),
    st.frozensets(st.sampled_from(("Observation", "Task"))),
    st.frozensets(st.sampled_from(CODES)),
    st.frozensets(st.sampled_from(("Observation/a", "Patient/b"))),
    people=st.frozensets(st.sampled_from(("Practitioner/a", "Encounter/b"))),
    since=st.one_of(st.none(), st.sampled_from(MOMENTS)),
    until=st.one_of(st.none(), st.sampled_from(MOMENTS)),
)
callers = st.builds(
    Caller,
    st.just("someone"),
    st.frozensets(scopes, max_size=3),
    st.builds(
        Role,
        st.just("peran"),
        st.sampled_from((frozenset({("*", "cruds")}), frozenset({("Observation", "rs"), ("Patient", "cu")}))),
        labels=st.sampled_from((frozenset[str](), frozenset({"R"}), frozenset({"R", "V"}))),
    ),
    context=st.one_of(st.none(), st.sampled_from(PEOPLE)),
    patients=st.one_of(st.none(), st.frozensets(st.sampled_from(PEOPLE))),
    hidden=st.frozensets(st.one_of(hidden, st.builds(replace, hidden, unless=st.frozensets(hidden))), max_size=2),
    everything=st.booleans(),
)
members = st.lists(st.sampled_from(PEOPLE), unique=True)
versions = st.fixed_dictionaries(
    {"updated": st.sampled_from(MOMENTS)},
    optional={
        "compartments": st.dictionaries(st.sampled_from(("Patient", "Practitioner", "Encounter")), members),
        "labels": st.dictionaries(
            st.sampled_from(("category", "_security")), st.lists(st.sampled_from(CODES), min_size=1, unique=True)
        ),
        "deleted": st.booleans(),
    },
)
documents = st.one_of(
    st.builds(lambda id, rest: {"_id": id, **rest}, st.sampled_from(PEOPLE), versions),
    st.builds(lambda id, rest: {"_id": f"{id}/1", "id": id, **rest}, st.sampled_from(PEOPLE), versions),
)


@settings(max_examples=1500)
@given(callers, st.sampled_from(TYPES), st.sampled_from("cruds"), documents)
def test_the_two_faces_of_an_access_agree(caller: Caller, type: str, permission: Any, document: Json) -> None:
    try:
        access = visible(caller, type, permission) if permission in "rs" else writable(caller, type, permission)
    except Forbidden:
        assert not caller.everything
        return
    assert access.allows(document) == matches(access.filter(), document)


def test_mongodb_sees_the_same_as_the_predicate(mongodb_uri: str) -> None:
    """The evaluator of the test above is no MongoDB: here is one."""
    rows: list[Json] = []
    accesses: list[Access] = []

    @settings(max_examples=300, database=None)
    @given(callers, st.sampled_from(TYPES), documents)
    def collect(caller: Caller, type: str, document: Json) -> None:
        rows.append({**document, "_id": f"{document['_id']}#{len(rows)}", "id": document.get("id", document["_id"])})
        if may_see(caller, type):
            accesses.append(visible(caller, type))

    collect()
    with MongoClient[Json](mongodb_uri, tz_aware=True) as client:
        collection = client["test_faces"]["versions"]
        collection.insert_many(rows)
        for access in dict.fromkeys(accesses):
            found = {row["_id"] for row in collection.find(access.filter(), {"_id": True})}
            assert found == {row["_id"] for row in rows if access.allows(row)}, access
        client.drop_database("test_faces")
