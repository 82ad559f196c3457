"""The FHIRPath that a patch may use, and all that it may not."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.errors import BadRequest
from fhir_server.interactions.fhirpath_subset import Child, Condition, Index, OfType, Step, Where, parse


@pytest.mark.parametrize(
    ("expression", "steps"),
    [
        ("Patient", [Child("Patient")]),
        (" Patient . name [ 0 ] ", [Child("Patient"), Child("name"), Index(0)]),
        ("Patient.`contact`.name", [Child("Patient"), Child("contact"), Child("name")]),
        ("name.first().given.last()", [Child("name"), Index(0), Child("given"), Index(-1)]),
        ("value.ofType(Quantity)", [Child("value"), OfType("Quantity")]),
        ("value.as(FHIR.string)", [Child("value"), OfType("string")]),
        ("extension('urn:x')", [Child("extension"), Where((Condition(("url",), True, "urn:x"),))]),
        ("name.where(use = 'usual')", [Child("name"), Where((Condition(("use",), True, "usual"),))]),
        ("a.where($this!='x')", [Child("a"), Where((Condition((), False, "x"),))]),
        ("a.where(b.exists())", [Child("a"), Where((Condition(("b",), True, None),))]),
        (
            "a.where(b.c=true and d=-1.50 and e=@2020-01)",
            [
                Child("a"),
                Where(
                    (
                        Condition(("b", "c"), True, True),
                        Condition(("d",), True, Decimal("-1.50")),
                        Condition(("e",), True, "2020-01"),
                    )
                ),
            ],
        ),
        (r"a.where(b='it\'s \u0041\\\n')", [Child("a"), Where((Condition(("b",), True, "it's A\\\n"),))]),
    ],
)
def test_parsing(expression: str, steps: list[Step]) -> None:
    assert list(parse(expression)) == steps


@pytest.mark.parametrize(
    "expression",
    [
        "",
        " ",
        ".",
        "Patient.",
        "Patient..name",
        "Patient.name[",
        "Patient.name[0",
        "Patient.name[-1]",
        "Patient.name[1.5]",
        "Patient.name[9999999999]",
        "Patient.name['a']",
        "Patient.name[0][",
        "Patient name",
        "Patient.name.where()",
        "Patient.name.where(use)",
        "Patient.name.where(use=)",
        "Patient.name.where(use='a' or use='b')",
        "Patient.name.where(use='a'",
        "Patient.name.where(use='a",
        "Patient.name.where(use ~ 'a')",
        "Patient.name.where(given.where(a=1).exists())",
        "Patient.name.all(true)",
        "Patient.repeat(contained)",
        "Patient.descendants()",
        "Patient.name.matches('(a+)+$')",
        "Patient.name.first(",
        "Patient.name.first(1)",
        "Patient.name | Patient.contact",
        "Patient.name + 1",
        "%resource.name",
        "$this",
        "$this.name",
        "iif(true, Patient, Patient)",
        "Patient.name;drop",
        "Patient/name",
        "\x00",
        "Pasien.nämä",
        "a" * 501,
        "(" * 500,
        "a.where(" * 60,
        "a[0]" + "[0" * 200,
    ],
)
def test_what_is_beyond_the_subset_is_refused(expression: str) -> None:
    started = time.process_time()
    with pytest.raises(BadRequest) as caught:
        parse(expression)
    assert time.process_time() - started < 0.2
    assert caught.value.issues[0].text.id


PIECES = st.sampled_from("a . ( ) [ ] 0 1 'x' ' \\ = != and where first() $this exists() @2020 - true ` é".split())


@given(st.text(max_size=40) | st.lists(PIECES, max_size=20).map("".join))
def test_nothing_else_is_raised(expression: str) -> None:
    try:
        found = len(parse(expression))
    except BadRequest as error:
        found = len(error.issues)
    assert found
