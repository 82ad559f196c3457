"""Reads the official R4 definitions that `build.py` made."""

from __future__ import annotations

import json
import lzma
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"


@cache
def read(name: str) -> dict[str, Any]:
    """One data file: types, invariants, codes, search, compartments, profiles. Shared: do not change what comes."""
    content: dict[str, Any] = json.loads(lzma.decompress((FOLDER / f"{name}.json.xz").read_bytes()))
    return content
