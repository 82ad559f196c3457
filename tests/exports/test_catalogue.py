"""The catalogue: what docs/documents.md says of it, and what every row must have."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.catalogue import KINDS, table
from exports.gathering import Read
from exports.making import Kind
from resources.definitions.search import parameters
from resources.definitions.structure import resource_types

ROOT = Path(__file__).parents[2]


def test_the_page_lists_all_documents() -> None:
    page = (ROOT / "docs" / "documents.md").read_text()
    _, _, rest = page.partition("<!-- documents: python -m exports.catalogue -->\n")
    assert rest.partition("\n<!-- end of documents -->")[0] == table()


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_what_a_document_reads_can_be_searched(kind: Kind) -> None:
    assert kind.type in resource_types()
    for read in kind.reads:
        assert read.type in resource_types()
        assert not isinstance(read, Read) or read.parameter in parameters(read.type), read
