"""XML text to a tree, with everything off that reaches beyond the text. https://hl7.org/fhir/R4/security.html#xml"""

from __future__ import annotations

import re

from lxml import etree

from resources.formats.malformed import MOST_VALUES, MalformedXml, not_utf8, shorten, too_many_values
from resources.issues import Text

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"

_ENCODING = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([^"'>]*)""")
_DOCTYPE = Text(
    "A DOCTYPE is not allowed: FHIR XML has no document type and no entities of its own",
    "DOCTYPE tidak diperbolehkan: XML FHIR tidak memiliki tipe dokumen maupun entitas sendiri",
)


def parse(body: bytes) -> etree._Element:
    """The root element. No entities, document types, network or huge trees. Raises MalformedXml."""
    _check_encoding(body)
    if body.count(b"<") + body.count(b"=") > 2 * MOST_VALUES:  # <active value="true"/> has one of each
        raise MalformedXml(too_many_values())
    if b"<!DOCTYPE" in body:
        raise MalformedXml(_DOCTYPE)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedXml(_syntax(error)) from None


def _check_encoding(body: bytes) -> None:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedXml(not_utf8(error.start)) from None
    declared = _ENCODING.match(body.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared.group(1).lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        name = shorten(declared.group(1).decode())
        raise MalformedXml(
            Text(
                f"The encoding {name} is not supported: FHIR is exchanged in UTF-8",
                f"Penyandian {name} tidak didukung: FHIR dipertukarkan dalam UTF-8",
            )
        )


def _syntax(error: etree.XMLSyntaxError) -> Text:
    line, column = error.position
    return Text(
        f"The body is not well-formed XML: {shorten((error.msg or '').strip(), 200)}",
        f"Isi bukan XML yang sah: kesalahan pada baris {line}, kolom {column}",
    )
