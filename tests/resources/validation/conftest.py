"""The official R4 examples, which `make test` fetches."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.processes import keep_out_of_garbage_collection

FOLDER = Path(__file__).parents[3] / ".cache" / "hl7.fhir.r4.examples" / "package"


@pytest.fixture(scope="session")
def official_examples() -> Mapping[str, dict[str, Any]]:
    """File name without .json -> resource."""
    decoder = msgspec.json.Decoder(float_hook=Decimal)
    found = {path.stem: decoder.decode(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))}
    examples = {name: resource for name, resource in found.items() if "resourceType" in resource}
    assert examples, f"no official examples in {FOLDER}: run `make test`, which fetches them"
    keep_out_of_garbage_collection()
    return examples
