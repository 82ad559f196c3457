"""XML is written in the order of the specification and is always well-formed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from resources.formats.xml_writer import write

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<Patient xmlns="http://hl7.org/fhir"'
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


@pytest.mark.parametrize(
    ("content", "inner"),
    [
        ({}, "/>"),
        ({"active": True, "id": "x"}, '><id value="x"/><active value="true"/></Patient>'),
        ({"id": 'a"<&>\n\té'}, '><id value="a&quot;&lt;&amp;&gt;&#10;&#9;é"/></Patient>'),
        ({"id": "a\x00\ud800"}, '><id value="a\ufffd\ufffd"/></Patient>'),
        (
            {"_birthDate": {"id": "b", "extension": [{"valueDecimal": Decimal("1E-7"), "url": "u", "id": "e"}]}},
            '><birthDate id="b"><extension id="e" url="u"><valueDecimal value="0.0000001"/></extension></birthDate>'
            "</Patient>",
        ),
        (
            {"name": [{"given": ["a", None], "_given": [None, {"id": "x"}]}]},
            '><name><given value="a"/><given id="x"/></name></Patient>',
        ),
        (
            {"contained": [{"resourceType": "Organization", "id": "o"}]},
            '><contained><Organization><id value="o"/></Organization></contained></Patient>',
        ),
        (
            {"text": {"status": "empty", "div": f"<div {XHTML}>&#160;<p/></div>"}},
            f'><text><status value="empty"/><div {XHTML}>&#160;<p/></div></text></Patient>',
        ),
        ({"text": {"div": "<div>a</div>"}}, f"><text><div {XHTML}>&lt;div&gt;a&lt;/div&gt;</div></text></Patient>"),
        ({"text": {"div": f"<div {XHTML}>&nbsp;</div></text>"}}, None),
    ],
)
def test_writing(content: dict[str, Any], inner: str | None) -> None:
    written = write({"resourceType": "Patient", **content}).decode()
    assert written.startswith(HEAD)
    assert inner is None or written == HEAD + inner
    assert written.count("</text>") <= 1


def test_pretty_leaves_the_narrative_alone() -> None:
    resource = {"resourceType": "Patient", "text": {"div": f"<div {XHTML}>a <b>c</b></div>"}, "name": [{"text": "x"}]}
    assert write(resource, pretty=True).decode().splitlines() == [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<Patient xmlns="http://hl7.org/fhir">',
        "  <text>",
        f"    <div {XHTML}>a <b>c</b></div>",
        "  </text>",
        "  <name>",
        '    <text value="x"/>',
        "  </name>",
        "</Patient>",
    ]


@pytest.mark.parametrize(
    "resource",
    [
        {},
        {"resourceType": "Pasien"},
        {"resourceType": "Patient", "nama": "x"},
        {"resourceType": "Patient", "name": ["x"]},
        {"resourceType": "Patient", "active": {"a": 1}},
        {"resourceType": "Patient", "contained": [{"id": "x"}]},
        {"resourceType": "Patient", "id": Decimal("NaN")},
    ],
)
def test_what_the_tables_do_not_know_is_not_written(resource: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        write(resource)
