"""The words of a narrative, without its markup. https://hl7.org/fhir/R4/narrative.html"""

from __future__ import annotations

from typing import Any

from lxml import etree

LINES = frozenset("p div li tr br h1 h2 h3 h4 h5 h6 ul ol table thead tbody dt dd".split())


def words(text: Any) -> str:
    """Of a Narrative: its div as lines of text, bare text as it is; nothing where there is none or it is no XML."""
    div = text.get("div") if isinstance(text, dict) else None
    if not isinstance(div, str):
        return ""
    if "<" not in div:
        return div.strip()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(div.encode(), parser)
    except etree.XMLSyntaxError:
        return ""
    found: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        is_line = isinstance(element.tag, str) and etree.QName(element).localname in LINES
        if event == "start":
            found += ["\n"] if is_line else []
            found.append(_joined(element.text))
        else:
            found += ["\n"] if is_line else []
            found.append(_joined(element.tail) if element is not root else "")
    lines = (" ".join(line.split()) for line in "".join(found).split("\n"))
    return "\n".join(line for line in lines if line)


def _joined(text: str | None) -> str:
    return " ".join((text or "").replace("\n", " ").split(" "))
