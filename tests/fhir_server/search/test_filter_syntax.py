"""The grammar of `_filter`. https://hl7.org/fhir/R4/search_filter.html"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_server.errors import InvalidParameter
from fhir_server.search.filter_syntax import (
    MAX_COMPARISONS,
    MAX_LENGTH,
    MAX_NESTING,
    Comparison,
    Expression,
    Joined,
    Negated,
    Step,
    read,
)


def shown(expression: Expression) -> str:
    """The tree with all its parentheses."""
    match expression:
        case Comparison(path=path, operator=operator, value=value):
            return f"{'.'.join(step_shown(step) for step in path)} {operator} {value}"
        case Joined(operator=operator, parts=parts):
            return f"({f' {operator} '.join(shown(part) for part in parts)})"
        case Negated(part=part):
            return f"not {shown(part)}"


def step_shown(step: Step) -> str:
    return step.name if step.filter is None else f"{step.name}[{shown(step.filter)}]"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('given eq "peter" and birthdate ge 2014-10-10', "(given eq peter and birthdate ge 2014-10-10)"),
        ("code eq http://loinc.org|1234-5", "code eq http://loinc.org|1234-5"),
        ("  a  eq  1  ", "a eq 1"),
        ("a eq 1 and b eq 2 and c eq 3", "(a eq 1 and b eq 2 and c eq 3)"),
        ("a eq 1 or b eq 2 and c eq 3", "((a eq 1 or b eq 2) and c eq 3)"),
        ("a eq 1 and b eq 2 or c eq 3", "((a eq 1 and b eq 2) or c eq 3)"),
        ("a eq 1 or (b eq 2 and c eq 3)", "(a eq 1 or ((b eq 2 and c eq 3)))"),
        ("not(a eq 1)", "not a eq 1"),
        ("not (a eq 1 or b eq 2)", "not ((a eq 1 or b eq 2))"),
        ("((a eq 1))", "a eq 1"),
        ("not eq 1", "not eq 1"),
        ("subject:Patient.name co x", "subject:Patient.name co x"),
        ("subject[gender eq male].name eq x", "subject[gender eq male].name eq x"),
        ("a[b eq 1 or c eq 2] . d eq 3", "a[((b eq 1 or c eq 2))].d eq 3"),
        ("_has:Observation:patient:code eq x", "_has:Observation:patient:code eq x"),
        (r'a eq "x \"y\" \\ (and) é \u00e9"', 'a eq x "y" \\ (and) é é'),
        ("(a eq 1)and(b eq 2)", "(a eq 1 and b eq 2)"),
        ("general-practitioner re Practitioner/1", "general-practitioner re Practitioner/1"),
    ],
)
def test_the_tree(text: str, tree: str) -> None:
    assert shown(read(text)) == tree


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", "character 1,"),
        ("a", "an operator"),
        ("a eq", "a value"),
        ("a eq )", "a value"),
        ('a eq ""', "a value"),
        ('a eq "x', "double quotes"),
        (r'a eq "\q"', "double quotes"),
        (r'a eq "\u0000"', "control"),
        ("a eq 1 b eq 2", "character 8, 'b eq 2'"),
        ("a eq 1 and", "the name of a search parameter"),
        ("a eq 1 und b eq 2", "and, or, or the end"),
        ("(a eq 1", "')'"),
        ("a eq 1)", "the end"),
        ("not a eq 1 or", "character 10, '1 or'"),
        ("a. eq 1", "an operator"),
        ("a[b eq 1 eq 1", "']'"),
        ("a[] eq 1", "the name of a search parameter"),
        ("1 eq a", "the name of a search parameter"),
        ("a eq b,c", "the end"),
    ],
)
def test_what_is_not_understood_is_told_with_its_place(text: str, at: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        read(text)
    (issue,) = refused.value.issues
    assert at in issue.text.en
    assert issue.text.id not in ("", issue.text.en)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("(" * MAX_NESTING + "a eq 1" + ")" * MAX_NESTING, None),
        ("(" * (MAX_NESTING + 1) + "a eq 1" + ")" * (MAX_NESTING + 1), MAX_NESTING),
        ("not(" * 5000, MAX_LENGTH),
        ("not(" * 1000, MAX_NESTING),
        ("a[" * 1000, MAX_NESTING),
        (" or ".join(["a eq 1"] * MAX_COMPARISONS), None),
        (" or ".join(["a eq 1"] * (MAX_COMPARISONS + 1)), MAX_COMPARISONS),
        (" or ".join(["(a eq 1 and b eq 2)"] * 50), None),
        ("a eq 1 or b eq 2 and " * 25 + "c eq 3", MAX_NESTING),
        ("a eq 1" + " " * MAX_LENGTH, MAX_LENGTH),
    ],
)
def test_length_depth_and_number_are_bounded(text: str, limit: int | None) -> None:
    started = time.perf_counter()
    if limit is None:
        assert read(text)
    else:
        with pytest.raises(InvalidParameter, match=str(limit)):
            read(text)
    assert time.perf_counter() - started < 3


PIECES = st.sampled_from(
    ['name eq "x"', "a eq 1", " and ", " or ", "not", "(", ")", "[", "]", ".", '"', "\\", ":", " "]
)


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=20).map("".join)))
def test_nothing_but_invalid_parameter_is_raised(text: str) -> None:
    try:
        tree = read(text)
    except InvalidParameter:
        return
    assert shown(tree)
