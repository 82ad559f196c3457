"""XML is read along the element tables, and nothing in it reaches beyond the text."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from resources.definitions.structure import resource_types
from resources.formats import json_format
from resources.formats.malformed import MOST_VALUES, MalformedXml
from resources.formats.xml_format import read, write

FHIR = 'xmlns="http://hl7.org/fhir"'
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def patient(inner: str, attributes: str = FHIR) -> bytes:
    return f"<Patient {attributes}>{inner}</Patient>".encode()


def observation(value: str) -> bytes:
    return f'<Observation {FHIR}><valueQuantity><value value="{value}"/></valueQuantity></Observation>'.encode()


def extensions(levels: int) -> str:
    return '<extension url="u">' * levels + '<valueCode value="x"/>' + "</extension>" * levels


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))

MANY_ATTRIBUTES = " ".join(f'a{n}=""' for n in range(50_000))

BAD = {
    "empty": (b"", ""),
    "no XML": (b"hello", ""),
    "JSON": (b'{"resourceType": "Patient"}', ""),
    "billion laughs": (f'<!DOCTYPE a [<!ENTITY l0 "l">{LAUGHS}]>'.encode() + patient('<id value="&l9;"/>'), ""),
    "external entity": (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + patient("&x;"), ""),
    "external document type": (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">' + patient(""), ""),
    "parameter entity": (b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/">%x;]>' + patient(""), ""),
    "unknown entity": (patient('<id value="&nbsp;"/>'), ""),
    "deep": (b"<a>" * 100_000, ""),
    "deep but closed": (patient(extensions(200)), ""),
    "too many levels": (patient(extensions(40)), ""),
    "ten million characters of text": (patient("x" * 10_000_000), "Patient"),
    "more than libxml2 takes": (patient("x" * 11_000_000), ""),
    "more values than anyone sends": (patient('<active value="true"/>' * MOST_VALUES), ""),
    "many attributes": (patient("", f"{FHIR} {MANY_ATTRIBUTES}"), "Patient"),
    "many attributes of a prefixed narrative": (
        patient(f"<text><h:div xmlns:h={XHTML[6:]} {MANY_ATTRIBUTES}/></text>"),
        "Patient.text.div",
    ),
    "many namespaces": (patient("x", FHIR + "".join(f' xmlns:a{n}="u{n}"' for n in range(20_000))), "Patient"),
    "NUL": (patient('<id value="\x00"/>'), ""),
    "a reference to NUL": (patient('<id value="&#0;"/>'), ""),
    "a reference to a surrogate": (patient('<id value="&#xd800;"/>'), ""),
    "UTF-16": (patient("").decode().encode("utf-16"), ""),
    "declared Latin-1": (b'<?xml version="1.0" encoding="latin1"?>' + patient(""), ""),
    "declared UTF-7": (b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-7'?>" + patient(""), ""),
    "not UTF-8": (patient("").replace(b"><", b">\xe9<"), ""),
    "no namespace": (b"<Patient/>", "Patient"),
    "another namespace": (patient("", 'xmlns="http://example.org"'), "Patient"),
    "an element of another namespace": (patient('<active xmlns="urn:x" value="true"/>'), "Patient.active"),
    "an unknown resource": (f"<Pasien {FHIR}/>".encode(), "Pasien"),
    "an abstract resource": (f"<DomainResource {FHIR}/>".encode(), "DomainResource"),
    "an unknown element": (patient('<nama value="x"/>'), "Patient.nama"),
    "a deep unknown element": (patient("<contact/><contact><name><a/></name></contact>"), "Patient.contact[1].name.a"),
    "an unknown attribute": (patient('<active nilai="true"/>'), "Patient.active"),
    "a value on a complex element": (patient('<name value="x"/>'), "Patient.name"),
    "an id attribute on a resource": (patient("", f'{FHIR} id="1"'), "Patient"),
    "a url element": (patient('<extension url="u"><url value="u"/></extension>'), "Patient.extension.url"),
    "a primitive value as an element": (patient('<active><value value="true"/></active>'), "Patient.active.value"),
    "no boolean": (patient('<active value="yes"/>'), "Patient.active"),
    "no integer": (patient('<multipleBirthInteger value="1.0"/>'), "Patient.multipleBirthInteger"),
    "no decimal": (observation(".5"), "Observation.valueQuantity.value"),
    "a decimal out of range": (observation("1e999"), "Observation.valueQuantity.value"),
    "twice what there is once": (patient('<active value="true"/><active value="true"/>'), "Patient.active[1]"),
    "text between elements": (patient('<active value="true"/>x'), "Patient"),
    "text in a primitive": (patient('<active value="true">x</active>'), "Patient.active"),
    "character data": (patient("<![CDATA[x]]>"), "Patient"),
    "an empty primitive": (patient("<active/>"), "Patient.active"),
    "a narrative in FHIR's namespace": (patient("<text><div>x</div></text>"), "Patient.text.div"),
    "an empty contained": (patient("<contained/>"), "Patient.contained"),
    "two resources in one contained": (patient("<contained><Patient/><Patient/></contained>"), "Patient.contained"),
    "an unknown contained resource": (patient("<contained><Foo/></contained>"), "Patient.contained.Foo"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "path"), BAD.values(), ids=BAD)
def test_bad_input_is_refused_quickly_with_its_path(body: bytes, path: str) -> None:
    started = time.process_time()
    with pytest.raises(MalformedXml) as caught:
        read(body)
    assert time.process_time() - started < 2
    assert caught.value.issue.expression == path
    assert caught.value.issue.code == "structure"
    assert all(0 < len(text) < 300 for text in caught.value.issue.text)


@pytest.mark.parametrize(
    ("inner", "content"),
    [
        ("", {}),
        ("<!-- a comment --><?a b?><active value='true'/> \n", {"active": True}),
        ("<multipleBirthInteger value='-2'/>", {"multipleBirthInteger": -2}),
        ("<id value='a&lt;&#10;&#233;'/>", {"id": "a<\né"}),
        ("<gender value='male'/><id value='x'/>", {"id": "x", "gender": "male"}),
        (
            "<name><given value='a'/></name><active value='false'/><name><given value='b'/></name>",
            {"name": [{"given": ["a"]}, {"given": ["b"]}], "active": False},
        ),
        (
            "<name id='n'><given value='a'/><given id='x' value='b'/><given><extension url='u'/></given></name>",
            {
                "name": [
                    {"id": "n", "given": ["a", "b", None], "_given": [None, {"id": "x"}, {"extension": [{"url": "u"}]}]}
                ]
            },
        ),
        (
            "<birthDate><extension url='u'><valueDecimal value='1.00'/></extension></birthDate>",
            {"_birthDate": {"extension": [{"url": "u", "valueDecimal": Decimal("1.00")}]}},
        ),
        (
            "<contained><Organization><id value='o'/></Organization></contained>",
            {"contained": [{"resourceType": "Organization", "id": "o"}]},
        ),
        (
            f"<text><status value='empty'/><div {XHTML}>a<br/>\n<!--c--></div></text>",
            {"text": {"status": "empty", "div": f"<div {XHTML}>a<br/>\n<!--c--></div>"}},
        ),
        (
            "<text><h:div xmlns:h='http://www.w3.org/1999/xhtml' class='k'>a<h:p>b</h:p></h:div></text>",
            {"text": {"div": f'<div {XHTML} class="k">a<p>b</p></div>'}},
        ),
    ],
)
def test_reading(inner: str, content: dict[str, Any]) -> None:
    assert read(patient(inner)) == {"resourceType": "Patient", **content}


def test_prefixes_and_schema_hints_do_not_matter() -> None:
    hint = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://hl7.org/fhir fhir.xsd"'
    body = f'<f:Patient xmlns:f="http://hl7.org/fhir" {hint}><f:text><div {XHTML}>x</div></f:text></f:Patient>'
    assert read(body.encode()) == {"resourceType": "Patient", "text": {"div": f"<div {XHTML}>x</div>"}}


def test_a_document_type_in_the_narrative_is_no_way_in() -> None:
    with pytest.raises(MalformedXml, match="DOCTYPE"):
        read(patient(f"<text><div {XHTML}><!DOCTYPE a></div></text>"))


PIECES = st.sampled_from(
    [
        "<",
        "</",
        ">",
        "/>",
        "Patient",
        "name",
        "given",
        ' value="',
        '"',
        f" {FHIR}",
        "<!--",
        "-->",
        "&",
        ";",
        "#0",
        "<?",
        "é",
    ]
)


@settings(max_examples=300)
@given(st.binary() | st.lists(PIECES).map(lambda pieces: "".join(pieces).encode()))
def test_nothing_else_is_raised_for_any_bytes(body: bytes) -> None:
    try:
        resource = read(body)
    except MalformedXml as error:
        message = error.issue.text.id
    else:
        message = "read" if read(write(resource)) == resource else ""
    assert message


@settings(max_examples=300)
@given(st.lists(PIECES).map("".join), st.lists(PIECES).map("".join))
def test_nothing_else_is_raised_inside_a_patient(before: str, after: str) -> None:
    try:
        resource = read(patient(f'{before}<name><given value="a"/></name>{after}'))
    except MalformedXml as error:
        message = error.issue.text.id
    else:
        message = "read" if read(write(resource)) == resource else ""
    assert message


def exact(value: Any, key: str = "") -> Any:
    """Narratives in canonical XML, numbers with their digits."""
    if isinstance(value, dict):
        return {name: exact(child, name) for name, child in value.items()}
    if isinstance(value, list):
        return [exact(child) for child in value]
    if key == "div":
        return etree.tostring(etree.fromstring(value.strip()), method="c14n")
    return (type(value), str(value))


@pytest.mark.parametrize("type", resource_types())
def test_official_examples_round_trip(type: str, examples_of: Callable[[str], list[bytes]]) -> None:
    for number, body in enumerate(examples_of(type)):
        resource = json_format.read(body)
        again = read(write(resource, pretty=number % 2 == 1))
        assert exact(again) == exact(resource)
        assert len(body) > 20_000 or read(write(again)) == again
