"""Queries: what is understood, and what is refused with its name. https://hl7.org/fhir/R4/search.html"""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fhir_server.errors import InvalidParameter
from fhir_server.finding import reads_first
from fhir_server.messages import Parameters
from fhir_server.search import page
from fhir_server.search.compile import compile
from fhir_server.search.include import Include
from fhir_server.search.query import MAX_PARAMETERS, MAX_VALUES, Criterion, Query, parse
from tests.fhir_server.search.evaluator import matches
from tests.fhir_server.search.stored import BASE, NOW, ZONE, filter_of, stored


def read(*parameters: tuple[str, str], lenient: bool = False) -> Query:
    return parse("Patient", parameters, lenient=lenient)


def plain(query: Query) -> list[Criterion]:
    return [one for one in query.criteria if isinstance(one, Criterion)]


def test_a_whole_query() -> None:
    query = read(
        ("name:contains", r"siti,a\,b"),
        ("birthdate", "ge1990"),
        ("birthdate", "lt2000"),
        ("_sort", "-birthdate,name"),
        ("_count", "5"),
        ("_include", "Patient:organization"),
        ("_include:iterate", "Organization:partof:Organization"),
        ("_revinclude", "Observation:subject:Patient"),
        ("_total", "accurate"),
        ("_summary", "true"),
        ("_elements", "name,birthDate"),
        ("_cursor", "abc"),
    )
    assert [(one.field.code, one.modifier, one.values) for one in plain(query)] == [
        ("name", "contains", ("siti", r"a\,b")),
        ("birthdate", None, ("ge1990",)),
        ("birthdate", None, ("lt2000",)),
    ]
    results = query.results
    assert [(key.field.code, key.descending) for key in results.sort] == [("birthdate", True), ("name", False)]
    assert results.includes == (
        Include("Patient", "organization"),
        Include("Organization", "partof", "Organization", iterate=True),
    )
    assert results.revincludes == (Include("Observation", "subject", "Patient"),)
    assert (results.count, results.total, results.summary, results.cursor) == (5, "accurate", "true", "abc")
    assert results.elements == ("name", "birthDate")
    assert query.ignored == ()


@pytest.mark.parametrize(("text", "count"), [("0", 0), ("1", 1), ("1000", 1000), ("1001", 1000), ("1000000000", 1000)])
def test_a_count_is_lowered_to_what_the_server_gives(text: str, count: int) -> None:
    assert read(("_count", text)).results.count == count


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("nmae", "x", "name"),
        ("birth-date", "2000", "birthdate"),
        ("identifier[$ne]", "x", "identifier"),
        ("_id[$regex]", ".*", "_id"),
        ("$where", "1", "$where"),
        ("name:exakt", "x", ":exact"),
        ("name:not", "x", ":not"),
        ("gender:of-type", "x", ":of-type"),
        ("gender:above", "x", ":above"),
        ("birthdate:exact", "2000", ":missing"),
        ("organization:text", "x|y", ":text"),
        ("organization:Patient", "1", ":Patient"),
        ("name:", "x", "name"),
        ("organization.nmae", "x", "name"),
        ("organization:Organization.nmae", "x", "name"),
        ("_has:Observation:patient:cdoe", "x", "code"),
        ("_text:exact", "x", ":exact"),
        ("_filter", "name qe x", "'qe'"),
        ("_filter:not", "name eq x", "_filter"),
        ("_contained", "maybe", "both"),
        ("name", "", "name"),
        ("name", "a,,b", "name"),
        ("name", "a,", "name"),
        ("birthdate", "ge", "birthdate"),
        ("birthdate", "eq2024-13-40", "birthdate"),
        ("birthdate", "10000", "birthdate"),
        ("name:missing", "maybe", "missing"),
        ("_lastUpdated", "ge", "_lastUpdated"),
        ("_sort", "-$natural", "$natural"),
        ("_sort", "nmae", "name"),
        ("_sort", "name,-name", "_sort"),
        ("_sort", "--name", "_sort"),
        ("_sort", "name,", "_sort"),
        ("_sort", ",".join(["name"] * 50), "10"),
        ("_sort:desc", "name", "desc"),
        ("_count", "-1", "-1"),
        ("_count", "abc", "abc"),
        ("_count", "١٠", "_count"),
        ("_count", "1e9", "1e9"),
        ("_count", "", "_count"),
        ("_include", "*:*", "*:*"),
        ("_include", "Patient", "Patient"),
        ("_include", "Patient:name", "Patient:name"),
        ("_include", "Patient:organization:Patient", "Patient"),
        ("_include", "Nothing:subject", "Nothing"),
        ("_include:deep", "Patient:organization", "deep"),
        ("_revinclude", "Observation", "_revinclude"),
        ("_total", "yes", "accurate"),
        ("_summary", "all", "count"),
        ("_elements", "name,$where", "$where"),
        ("_cursor", "", "_cursor"),
        ("name", "a\0b", "Control"),
        ("name\x07", "a", "Control"),
        ("name", "\ud800", "Control"),
        ("x" * 300, "a", "256"),
        ("name", "x" * 5000, "2048"),
        ("name", ",".join(map(str, range(MAX_VALUES + 1))), str(MAX_VALUES)),
    ],
)
def test_what_is_refused_is_named_in_both_languages(name: str, value: str, named: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        filter_of("Patient", (name, value))
    (issue,) = refused.value.issues
    assert named in issue.text.en
    assert issue.text.id
    assert issue.text.id != issue.text.en
    assert len(issue.text.en) < 500
    assert issue.text.en.isprintable()


def test_near_names_are_offered() -> None:
    with pytest.raises(InvalidParameter, match=r"Did you mean birthdate\?"):
        read(("birtdate", "2000"))


@pytest.mark.parametrize("name", ["_count", "_sort", "_summary", "_total", "_elements", "_cursor"])
def test_a_result_parameter_stands_once(name: str) -> None:
    value = {"_count": "1", "_sort": "name", "_summary": "true", "_total": "none", "_elements": "name", "_cursor": "x"}[
        name
    ]
    with pytest.raises(InvalidParameter, match="once"):
        read((name, value), (name, value))


def test_lenient_handling_tells_what_was_ignored() -> None:
    query = read(("nmae", "x"), ("name", "siti"), ("organization.nmae", "x"), lenient=True)
    assert query.ignored == ("nmae", "organization.nmae")
    assert [one.field.code for one in plain(query)] == ["name"]


def test_lenient_handling_still_refuses_wrong_values_and_modifiers() -> None:
    for name, value in [("name:exakt", "x"), ("_count", "x"), ("name", "")]:
        with pytest.raises(InvalidParameter):
            read((name, value), lenient=True)


def test_the_number_of_parameters_and_of_all_values_is_bounded() -> None:
    with pytest.raises(InvalidParameter, match=str(MAX_PARAMETERS)):
        read(*[("name", "x")] * (MAX_PARAMETERS + 1))
    half = ",".join(map(str, range(MAX_VALUES // 2 + 1)))
    with pytest.raises(InvalidParameter, match=str(MAX_VALUES)):
        read(("name", half), ("given", half))


CRITERIA = [
    *("name", "name:exact", "name:contains", "name:text", "identifier", "identifier:not", "identifier:text"),
    *("identifier:of-type", "birthdate", "_lastUpdated", "_id", "_content", "_text", "_query", "_profile:above"),
    *("_profile:below", "organization:identifier"),
]
OTHERS = [
    "organization",
    "gender:missing",
    "_sort",
    "_count",
    "_include",
    "_revinclude",
    "_total",
    "_summary",
    "_elements",
]
NAMES = st.sampled_from([*CRITERIA, *OTHERS, "_cursor"])
PIECES = st.sampled_from(
    ["$", "{", '"$gt"', "|", ",", "\\", "(a+)+$", ".*", "ge", "2024", "-", ":", "*", "\0", "é", "1e400", "T"]
)
HOSTILE = st.one_of(st.text(max_size=20), st.lists(PIECES, max_size=6).map("".join))


@settings(max_examples=400)
@given(st.lists(st.tuples(st.one_of(NAMES, st.text(max_size=12)), HOSTILE), max_size=3))
@example([("name", '{"$gt":""}')])
@example([("name", "(a+)+$")])
@example([("name:contains", "((((((((((((((((((((" * 20)])
@example([("identifier", '{"$ne":null}')])
@example([("_list", "0")])
@example([("_cursor", "W10")])
@example([("_cursor", "eyJieSI6IiIsImFmdGVyIjpbeyIkZ3QiOiIifV19")])
def test_nothing_gets_through_but_values_and_nothing_else_is_raised(parameters: list[tuple[str, str]]) -> None:
    try:
        query = parse("Patient", tuple(parameters))
        if reads_first(query):
            return
        filter = compile(query, zone=ZONE, base=BASE, now=NOW)
        stages = page.stages(query)
    except InvalidParameter:
        return
    # The evaluator knows the operators that searches may use, and raises on any other.
    matches(filter, stored({"resourceType": "Patient", "id": "1", "name": [{"family": "a"}]}))
    assert {next(iter(stage)) for stage in stages} <= {"$set", "$match", "$sort", "$limit", "$unset"}


@pytest.mark.parametrize(
    "parameters",
    [
        (("name:contains", "(" * 2000),),
        (("name:contains", "(a+)+$" * 100),),
        (("name", "\u0301" * 2000),),
        (("name", ",".join(["ﷺ" * 500] * 100)),),
        (("_id", ",".join(map(str, range(1000)))),),
        (("name", "," * 100_000),),
        (("x" * 250, "y" * 100_000),),
        tuple((f"parameter{number}", "x") for number in range(50_000)),
        (("_include", ":" * 100_000),),
        (("_cursor", "A" * 10_000_000),),
        (("_count", "9" * 1_000_000),),
        (("birthdate", "2024-01-01T00:00:00." + "1" * 2000),),
    ],
)
def test_what_is_large_is_answered_quickly(parameters: Parameters) -> None:
    document = stored({"resourceType": "Patient", "id": "1", "name": [{"text": "a" * 500}]})
    started = time.perf_counter()
    try:
        query = parse("Patient", parameters)
        page.stages(query)
        matches(compile(query, zone=ZONE, base=BASE, now=NOW), document)
    except InvalidParameter:
        pass
    assert time.perf_counter() - started < 3
