"""JSON Patch documents: https://hl7.org/fhir/R4/http.html#patch, RFC 6902, pointers by RFC 6901.

Written here rather than with the jsonpatch library, which takes true for 1 and copies without bound. Nothing is changed
in place: an operation rebuilds the containers along its path and shares the rest. A document that is no JSON Patch is a
400, one that does not apply (a pointer into nothing, a `test` that fails, a protected element) a 422.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from fhir_server.changes import Patch
from fhir_server.errors import BadRequest, Invalid, TooLarge
from fhir_server.messages import Resource
from resources.formats import json_format
from resources.formats.malformed import DEPTH_LIMIT, shorten
from resources.issues import Issue, Text

MOST_OPERATIONS = 1_000
LONGEST_POINTER = 1_000
MOST_BYTES = 10 * 1024 * 1024
"""What a patch may put into a resource, in bytes of JSON: copies of copies would grow without bound."""

PROTECTED = (("id",), ("resourceType",), ("meta", "versionId"), ("meta", "lastUpdated"))

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_BAD_ESCAPE = re.compile(r"~(?![01])")
_OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")

_Tokens = tuple[str, ...]
_Edit = Callable[[Any, str], Any]
"""Takes a container and the last token of a pointer; gives the changed copy of the container."""


class _Nothing(Exception):
    """A pointer leads to nothing."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `source` is the pointer of `from`, `number` its place in the document, from 0."""

    op: str
    path: _Tokens
    source: _Tokens
    value: Any
    number: int


def json_patch(document: Any) -> Patch:
    """The function that applies the document to a resource. Raises BadRequest where it is no JSON Patch."""
    if not isinstance(document, list) or not document:
        raise BadRequest(Text("A JSON Patch is a list of operations", "JSON Patch adalah daftar operasi"))
    if len(document) > MOST_OPERATIONS:
        raise BadRequest(
            Text(
                f"A JSON Patch may have at most {MOST_OPERATIONS} operations, this one has {len(document)}",
                f"JSON Patch paling banyak memuat {MOST_OPERATIONS} operasi, yang ini {len(document)}",
            ),
            code="too-costly",
        )
    operations = [_operation(row, number) for number, row in enumerate(document)]
    return lambda resource: _patched(resource, operations)


def _operation(row: Any, number: int) -> Operation:
    if not isinstance(row, dict) or row.get("op") not in _OPERATIONS:
        names = ", ".join(_OPERATIONS)
        _malformed(number, f"op must be one of {names}", f"op harus salah satu dari {names}")
    op = row["op"]
    if op in ("add", "replace", "test") and "value" not in row:
        _malformed(number, f"{op} needs a value", f"{op} memerlukan value")
    source = _tokens(row, "from", number) if op in ("move", "copy") else ()
    return Operation(op, _tokens(row, "path", number), source, row.get("value"), number)


def _tokens(row: Mapping[str, Any], key: str, number: int) -> _Tokens:
    pointer = row.get(key)
    if isinstance(pointer, str) and (len(pointer) > LONGEST_POINTER or pointer.count("/") > DEPTH_LIMIT):
        _malformed(number, f"{key} is too long", f"{key} terlalu panjang")
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")) or _BAD_ESCAPE.search(pointer):
        _malformed(
            number, f'{key} must be a JSON Pointer like "/name/0"', f'{key} harus JSON Pointer seperti "/name/0"'
        )
    tokens = tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])
    return tokens


def _malformed(number: int, english: str, indonesian: str) -> NoReturn:
    raise BadRequest(Text(f"Operation {number}: {english}", f"Operasi {number}: {indonesian}"), code="structure")


def _patched(resource: Resource, operations: list[Operation]) -> Resource:
    result: Any = resource
    put_in = 0
    for operation in operations:
        _check_protected(operation)
        missing = operation.source
        try:
            value = _incoming(result, operation)
            missing = operation.path
            if operation.op not in ("test", "remove"):
                put_in += _size(value, operation)
            if put_in > MOST_BYTES:
                raise TooLarge(
                    Text("The patch makes the resource too large", "Patch membuat sumber daya terlalu besar")
                )
            result = _applied(result, operation, value)
        except _Nothing:
            _refuse(operation, f"{_shown(missing)} does not exist", f"{_shown(missing)} tidak ada")
    check_identity(resource, result)
    return dict(without_empty(result))


def _incoming(document: Any, operation: Operation) -> Any:
    if operation.op not in ("move", "copy"):
        return operation.value
    if operation.op == "move" and operation.path[: len(operation.source)] == operation.source != operation.path:
        _refuse(
            operation, "a value cannot be moved into itself", "nilai tidak dapat dipindahkan ke dalam dirinya sendiri"
        )
    return _found(document, operation.source)


def _applied(document: Any, operation: Operation, value: Any) -> Any:
    op, path = operation.op, operation.path
    if op == "test":
        if not same(_found(document, path), value):
            _refuse(operation, f"the test of {_shown(path)} failed", f"pengujian {_shown(path)} gagal")
        return document
    if op == "remove":
        return _edited(document, path, _removed)
    if op == "replace":
        _found(document, path)
        return _edited(document, path, lambda container, token: _replaced(container, token, value))
    if op == "move":
        document = _edited(document, operation.source, _removed)
    return _edited(document, path, lambda container, token: _added(container, token, value))


def _found(document: Any, path: _Tokens) -> Any:
    for token in path:
        document = document[_key(document, token)]
    return document


def _edited(document: Any, path: _Tokens, edit: _Edit) -> Any:
    """A copy of the document with one container edited; for the whole document, pointer "", a list of one stands in."""
    if not path:
        return (edit([document], "0") or [None])[0]
    if len(path) == 1:
        return edit(document, path[0])
    key = _key(document, path[0])
    return _with(document, key, _edited(document[key], path[1:], edit))


def _key(container: Any, token: str) -> Any:
    """The dict key or list index of a token that must exist."""
    if isinstance(container, dict) and token in container:
        return token
    if isinstance(container, list) and _INDEX.fullmatch(token) and int(token) < len(container):
        return int(token)
    raise _Nothing


def _with(container: Any, key: Any, value: Any) -> Any:
    if isinstance(container, dict):
        return {**container, key: value}
    return [*container[:key], value, *container[key + 1 :]]


def _added(container: Any, token: str, value: Any) -> Any:
    if isinstance(container, dict):
        return {**container, token: value}
    if isinstance(container, list):
        place = len(container) if token in ("-", str(len(container))) else _key(container, token)
        return [*container[:place], value, *container[place:]]
    raise _Nothing


def _replaced(container: Any, token: str, value: Any) -> Any:
    return _with(container, _key(container, token), value)


def _removed(container: Any, token: str) -> Any:
    key = _key(container, token)
    if isinstance(container, dict):
        return {name: value for name, value in container.items() if name != key}
    return [*container[:key], *container[key + 1 :]]


def same(left: Any, right: Any) -> bool:
    """Equality of JSON values: numbers by value, true is not 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    numbers = (int, float, Decimal)
    if isinstance(left, bool) or isinstance(right, bool) or not isinstance(left, numbers):
        return type(left) is type(right) and bool(left == right)
    return isinstance(right, numbers) and left == right


def without_empty(value: Any) -> Any:
    """FHIR knows no empty lists and objects: a property whose last item was removed goes with it."""
    if isinstance(value, list):
        return [without_empty(child) for child in value]
    if not isinstance(value, dict):
        return value
    content = {key: without_empty(child) for key, child in value.items()}
    return {key: child for key, child in content.items() if child != [] and child != {}}


def _size(value: Any, operation: Operation) -> int:
    """Bytes that come in. Also refuses what would nest too deep: a copy into itself doubles the levels each time."""
    if deeper(value, DEPTH_LIMIT - len(operation.path)):
        _refuse(operation, "the result is nested too deep", "hasilnya bersarang terlalu dalam")
    return len(json_format.write(value))


def deeper(value: Any, levels: int) -> bool:
    """Whether the value nests objects and lists deeper than so many levels."""
    if not isinstance(value, dict | list):
        return False
    children = value.values() if isinstance(value, dict) else value
    return levels <= 0 or any(deeper(child, levels - 1) for child in children)


def _check_protected(operation: Operation) -> None:
    written = () if operation.op == "test" else (operation.path,)
    for path in (*written, *((operation.source,) if operation.op == "move" else ())):
        if is_protected(path):
            _refuse(operation, f"{_shown(path)} cannot be changed", f"{_shown(path)} tidak dapat diubah")


def is_protected(path: tuple[str | int, ...]) -> bool:
    """Whether the path is one of PROTECTED or lies below it."""
    return any(path[: len(protected)] == protected for protected in PROTECTED)


def check_identity(before: Resource, after: Any) -> None:
    """Catches what replaces the document as a whole."""
    for key in ("resourceType", "id"):
        if not isinstance(after, dict) or after.get(key) != before.get(key):
            text = Text(f"The patch may not change {key}", f"Patch tidak boleh mengubah {key}")
            raise Invalid([Issue("error", "business-rule", text, f"{before.get('resourceType')}.{key}")])


def _pointer(path: _Tokens) -> str:
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in path) or '""'


def _shown(path: _Tokens) -> str:
    return shorten(_pointer(path), 200)


def _refuse(operation: Operation, english: str, indonesian: str) -> NoReturn:
    number, op = operation.number, operation.op
    text = Text(f"Operation {number} ({op}): {english}", f"Operasi {number} ({op}): {indonesian}")
    raise Invalid([Issue("error", "processing", text)])
