"""The XHTML of a narrative: only what can neither run nor load anything. https://hl7.org/fhir/R4/narrative.html"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from lxml import etree

from resources.issues import Text
from resources.validation import texts
from resources.validation.primitives import MAX_CHARACTERS, string
from resources.validation.scope import Scope

XHTML = "{http://www.w3.org/1999/xhtml}"
ELEMENTS = frozenset(
    "div span h1 h2 h3 h4 h5 h6 address bdo em strong dfn code samp kbd var cite abbr acronym blockquote q sub sup p "
    "br pre ul ol li dl dt dd table caption thead tfoot tbody colgroup col tr th td tt i b big small s strike u font "
    "center hr a img".split()
)
ATTRIBUTES = frozenset(
    "id class title lang dir xml:lang name hreflang rel alt width height cite type start value compact summary "
    "border frame rules cellspacing cellpadding abbr axis headers scope rowspan colspan span align char charoff valign "
    "bgcolor nowrap size color face noshade clear accesskey tabindex".split()
)
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
LINKS = re.compile(r"(?:https?:|ftp:|mailto:|tel:|#|[^:]*(?:[/?#]|$))", re.IGNORECASE)
IMAGES = re.compile(r"(?:https?:|#|data:image/(?:png|jpeg);base64,|[^:]*(?:[/?#]|$))", re.IGNORECASE)
BAD_STYLE = re.compile(r"url\s*\(|expression|@import|javascript:|behaviou?r\s*:|-moz-binding|[\\<]|/\*", re.IGNORECASE)
EMBEDDED = re.compile(r"url\(\s*data:\s*image/(?:png|jpeg);base64,[A-Za-z0-9+/=]*\)", re.IGNORECASE)
MOST_MARKS, MOST_ATTRIBUTES = 100_000, 100
"""Tags and attributes in all, attributes of one element, for which lxml takes quadratic time. Nobody reads as many."""

BAD_MARKUP = re.compile(r"<!(?!--)|<\?")


def check_div(value: Any, path: str, scope: Scope) -> None:
    """Adds the first thing that is wrong with `text.div`."""
    problem = string(value) if type(value) is not str or not value or len(value) < MAX_CHARACTERS else None
    if problem is None and (reason := complaint(value)):
        problem = texts.narrative(reason)
    if problem is not None:
        scope.add(problem, path)


def complaint(div: str) -> Text | None:
    if BAD_MARKUP.search(div):
        return Text(
            "DOCTYPE, CDATA and processing instructions are not allowed",
            "DOCTYPE, CDATA, dan instruksi pemrosesan dilarang",
        )
    if div.count("<") + div.count("=") > MOST_MARKS:
        return Text("too many tags and attributes", "terlalu banyak tag dan atribut")
    try:
        root = etree.fromstring(div.encode(), _parser())
    except (etree.XMLSyntaxError, ValueError):
        return Text("not well-formed XHTML", "bukan XHTML yang benar bentuknya")
    if root.tag != XHTML + "div":
        return Text(
            'must be one <div xmlns="http://www.w3.org/1999/xhtml">',
            'harus satu <div xmlns="http://www.w3.org/1999/xhtml">',
        )
    for node in root.iter():
        if isinstance(node.tag, str) and (reason := _node_complaint(node)):
            return reason
    if not any(text.strip() for text in root.itertext()) and root.find(f".//{XHTML}img") is None:
        return Text("has no text", "tidak berisi teks")
    return None


def _node_complaint(node: etree._Element) -> Text | None:
    name = str(node.tag).removeprefix(XHTML)
    if name not in ELEMENTS:
        return Text(f"element {texts.shown(name)} is not allowed", f"elemen {texts.shown(name)} dilarang")
    if len(node.attrib) > MOST_ATTRIBUTES:
        return Text(f"'{name}' has too many attributes", f"atribut '{name}' terlalu banyak")
    for attribute, content in node.items():
        if not _is_harmless(name, str(attribute), str(content)):
            shown = texts.shown(attribute)
            return Text(f"attribute {shown} of '{name}' is not allowed", f"atribut {shown} pada '{name}' dilarang")
    return None


def _is_harmless(element: str, attribute: str, content: str) -> bool:
    if attribute == "href":
        return element == "a" and LINKS.match(_visible(content)) is not None
    if attribute == "src":
        return element == "img" and IMAGES.match(_visible(content)) is not None
    if attribute == "style":
        return BAD_STYLE.search(EMBEDDED.sub("", content)) is None
    return attribute in ATTRIBUTES or attribute == XML_LANG


def _visible(url: str) -> str:
    """Without the white space and control characters that browsers leave out of a scheme."""
    return "".join(character for character in url if character > " ")


@cache
def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
