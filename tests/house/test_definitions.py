"""The committed definitions are what the official package says."""

from __future__ import annotations

import pytest

from resources.definitions.build import build, read_package
from resources.definitions.data import FOLDER, read
from tests.house.source import ROOT

PACKAGE = ROOT / ".cache" / "hl7.fhir.r4.core.tgz"


@pytest.fixture(scope="module")
def built() -> dict[str, object]:
    return dict(build(read_package(PACKAGE)))


def test_they_are_the_same_as_built_anew(built: dict[str, object]) -> None:
    assert set(built) == {path.name.partition(".")[0] for path in FOLDER.glob("*.json.xz")}
    for name, content in built.items():
        assert read(name) == content, f"{name} differs: run make definitions"


def test_they_are_compact() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 200_000
