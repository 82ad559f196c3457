"""The house rules on sizes, names and docstrings. See CONTRIBUTING.md."""

from __future__ import annotations

import ast
import re

from tests.house.source import ROOT, Function, files, functions, name, tree

MOST_FILE_LINES = 350
MOST_FUNCTION_LINES = 40
MOST_POSITIONAL = 4
EMPTY_NAMES = re.compile(r"(?i)\b(core|common|utils?|helpers?|services?|managers?|base|impl|misc)\b")
EMPTY_CLASS = re.compile(r"(Manager|Helper|Utils?|Base|Impl|Service)$")


def test_files_are_short() -> None:
    long = {name(path): lines for path in files() if (lines := len(path.read_text().splitlines())) > MOST_FILE_LINES}
    assert long == {}


def test_functions_are_short() -> None:
    long = {place: length(node) for place, node in functions() if length(node) > MOST_FUNCTION_LINES}
    assert long == {}


def length(node: Function) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def test_most_functions_are_very_short() -> None:
    lengths = sorted(length(node) for _, node in functions())
    assert lengths[len(lengths) * 9 // 10] <= 21


def test_few_positional_parameters() -> None:
    many = [place for place, node in functions() if len(positional(node)) > MOST_POSITIONAL]
    assert many == []


def positional(node: Function) -> list[str]:
    """Without self and cls, and without a test's fixtures, which pytest gives by name."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    if node.name.startswith("test_") or any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list):
        return []
    return [parameter for parameter in names if parameter not in ("self", "cls")]


def test_folders_and_files_say_what_not_which_pattern() -> None:
    assert [name(path) for path in files() if EMPTY_NAMES.search(name(path).replace("_", " ").replace("/", " "))] == []


def test_classes_say_what_they_are() -> None:
    classes = [node.name for path in files() for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
    assert [found for found in classes if EMPTY_CLASS.search(found)] == []


def test_every_module_says_what_it_is_in_one_sentence() -> None:
    silent = [name(path) for path in files() if path.name != "__init__.py" and not ast.get_docstring(tree(path))]
    assert silent == []


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX)\b|pytest\.mark\.(skip|xfail)|pytest\.skip")
    assert [name(path) for path in files() if path.name != "test_shape.py" and words.search(path.read_text())] == []


def test_only_the_settings_read_the_environment() -> None:
    readers = [name(path) for path in files() if "os.environ" in path.read_text() or "getenv" in path.read_text()]
    ours = [reader for reader in readers if not reader.startswith(("tests/", "bench/", "deploy/"))]
    assert ours == []


def test_the_root_modules_leave_the_store_alone() -> None:
    """import-linter watches the packages; these are single files. Only main builds a store."""
    for path in ROOT.glob("*.py"):
        imported = {node.module for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom)}
        assert not imported & {"pymongo", "bson", "fhir_server.store.transaction"}, name(path)
        assert path.name == "main.py" or "fhir_server.store.store" not in imported, name(path)
