"""Resources as XML, read and written along the element tables. https://hl7.org/fhir/R4/xml.html"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from lxml import etree

from resources.definitions.structure import Element, definition, primitive_types, resource_types
from resources.formats.malformed import DEPTH_LIMIT, MalformedXml, shorten, too_deep
from resources.formats.numbers import Unrepresentable, decimal, integer
from resources.formats.xml_parser import FHIR, XHTML, parse
from resources.formats.xml_writer import write
from resources.issues import Text

__all__ = ["read", "write"]

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_INTEGERS = ("integer", "positiveInt", "unsignedInt")
_BOOLEANS = {"true": True, "false": False}
_FHIR_TAG = f"{{{FHIR}}}"
_MOST_ATTRIBUTES = 20
_SCHEMA_HINT = "{http://www.w3.org/2001/XMLSchema-instance}"

_Properties = Mapping[str, tuple[Element, str]]


def read(body: bytes) -> dict[str, Any]:
    """The resource as its JSON value. Raises MalformedXml, and nothing else, with the path of the offending element.

    Lenient about the order of elements, which JSON does not keep either; strict about everything that would get lost.
    """
    root = parse(body)
    etree.cleanup_namespaces(root)
    return _resource(root, 1)


def _resource(node: etree._Element, depth: int) -> dict[str, Any]:
    name = _name(node)
    if name not in resource_types():
        _refuse(node, f"<{shorten(name)}> is not a resource of R4", f"<{shorten(name)}> bukan sumber daya R4")
    return {"resourceType": name, **_object(node, name, depth)}


def _object(node: etree._Element, type: str, depth: int, *, without: str = "") -> dict[str, Any]:
    """`without`: an attribute that is read elsewhere, the value of a primitive."""
    if depth > DEPTH_LIMIT:
        raise MalformedXml(too_deep())
    table = definition(type).properties
    content: dict[str, Any] = {}
    for key, value in _attributes(node).items():
        if key == without:
            continue
        if key not in table or not table[key][0].attribute:
            _refuse_attribute(node, key)
        content[key] = value
    for name, nodes in _by_name(node, table).items():
        element, kind = table[name]
        if not element.is_list and len(nodes) > 1:
            _refuse(nodes[1], f"<{name}> may appear only once", f"<{name}> hanya boleh muncul sekali")
        if kind in primitive_types() and kind != "xhtml":
            content.update(_primitives(name, nodes, table[name], depth))
        else:
            values = [_value(child, kind, depth + 1 + element.is_list) for child in nodes]
            content[name] = values if element.is_list else values[0]
    return content


def _by_name(node: etree._Element, table: _Properties) -> dict[str, list[etree._Element]]:
    groups: dict[str, list[etree._Element]] = {}
    for child in _children(node):
        name = _name(child)
        if name not in table or table[name][0].attribute:
            _refuse(child, f"The element <{shorten(name)}> is not known", f"Elemen <{shorten(name)}> tidak dikenal")
        groups.setdefault(name, []).append(child)
    return groups


def _children(node: etree._Element) -> list[etree._Element]:
    """The element children; comments are passed over, text between elements is refused."""
    children = [child for child in node if isinstance(child.tag, str)]
    texts = (node.text, *(child.tail for child in node))
    if any(text and not text.isspace() for text in texts):
        _refuse(node, "Text between elements is not allowed", "Teks di antara elemen tidak diperbolehkan")
    return children


def _name(node: etree._Element) -> str:
    """The name without namespace, which must be that of FHIR (or of XHTML for a narrative's div)."""
    tag = str(node.tag)
    if tag.startswith(_FHIR_TAG):
        return tag[len(_FHIR_TAG) :]
    if tag == f"{{{XHTML}}}div":
        return "div"
    return _refuse(
        node,
        f"<{shorten(tag)}> is not in the namespace {FHIR}",
        f"<{shorten(tag)}> tidak berada dalam ruang nama {FHIR}",
    )


def _attributes(node: etree._Element) -> dict[str, str]:
    """The attributes; hints about schemas are passed over. lxml takes quadratic time for very many, hence the limit."""
    if len(node.attrib) > _MOST_ATTRIBUTES:
        _refuse(node, "The element has too many attributes", "Elemen ini memiliki terlalu banyak atribut")
    return {str(key): str(value) for key, value in node.items() if not str(key).startswith(_SCHEMA_HINT)}


def _value(node: etree._Element, type: str, depth: int) -> Any:
    if type == "xhtml":
        return _xhtml(node)
    if type != "Resource":
        return _object(node, type, depth)
    children = _children(node)
    if len(children) != 1 or _attributes(node):
        _refuse(node, "Exactly one resource is expected here", "Di sini harus ada tepat satu sumber daya")
    return _resource(children[0], depth)


def _primitives(name: str, nodes: list[etree._Element], row: tuple[Element, str], depth: int) -> dict[str, Any]:
    """The property and its _sibling, which carries ids and extensions; in lists both are aligned by nulls."""
    element, type = row
    pairs = [_primitive(node, type, depth + 1 + element.is_list) for node in nodes]
    if not element.is_list:
        value, extra = pairs[0]
        return {key: item for key, item in ((name, value), (f"_{name}", extra)) if item is not None}
    values, extras = [value for value, _ in pairs], [extra for _, extra in pairs]
    found = ((name, values), (f"_{name}", extras))
    return {key: items for key, items in found if any(item is not None for item in items)}


def _primitive(node: etree._Element, type: str, depth: int) -> tuple[Any, dict[str, Any] | None]:
    text = node.get("value")
    bare = len(node.attrib) == (text is not None) and not len(node) and not node.text
    extra = {} if bare else _object(node, "Element", depth, without="value")
    if text is None and not extra:
        _refuse(node, "The element is empty", "Elemen ini kosong")
    return None if text is None else _typed(node, text, type), extra or None


def _typed(node: etree._Element, text: str, type: str) -> Any:
    try:
        if type == "boolean" and text in _BOOLEANS:
            return _BOOLEANS[text]
        if type in _INTEGERS and _INTEGER.fullmatch(text):
            return integer(text)
        if type == "decimal" and _DECIMAL.fullmatch(text):
            return integer(text) if _INTEGER.fullmatch(text) else decimal(text)
    except Unrepresentable as error:
        raise MalformedXml(error.text, _path(node)) from None
    if type in ("boolean", "decimal", *_INTEGERS):
        _refuse(node, f'"{shorten(text)}" is not of type {type}', f'"{shorten(text)}" bukan bertipe {type}')
    return text


def _xhtml(node: etree._Element) -> str:
    if not str(node.tag).startswith(f"{{{XHTML}}}"):
        _refuse(node, f"<div> must be in the namespace {XHTML}", f"<div> harus berada dalam ruang nama {XHTML}")
    alone = node if node.nsmap == {None: XHTML} else _unprefixed(node)
    return etree.tostring(alone, encoding="unicode", with_tail=False)


def _unprefixed(node: etree._Element) -> etree._Element:
    """A copy without the names of its surroundings: JSON holds the div alone, with XHTML as its default namespace."""
    copy = etree.fromstring(etree.tostring(node, with_tail=False))
    plain = etree.fromstring(f'<div xmlns="{XHTML}"/>')
    plain.text = copy.text
    for key, value in _attributes(node).items():
        plain.set(key, value)
    plain.extend(list(copy))
    etree.cleanup_namespaces(plain)
    return plain


def _refuse_attribute(node: etree._Element, key: str) -> NoReturn:
    _refuse(
        node,
        f'The attribute "{shorten(key)}" is not known on <{shorten(_name(node))}>',
        f'Atribut "{shorten(key)}" tidak dikenal pada <{shorten(_name(node))}>',
    )


def _refuse(node: etree._Element, english: str, indonesian: str) -> NoReturn:
    raise MalformedXml(Text(english, indonesian), _path(node))


def _path(node: etree._Element) -> str:
    """Where the node stands, such as Patient.contact[0].name."""
    steps: list[str] = []
    current: etree._Element | None = node
    while current is not None:
        name = shorten(etree.QName(current).localname)
        before = sum(1 for _ in current.itersiblings(current.tag, preceding=True))
        repeated = before or next(current.itersiblings(current.tag), None) is not None
        steps.append(f"{name}[{before}]" if repeated else name)
        current = current.getparent()
    return ".".join(reversed(steps))
