"""The documents that the hospital prints, by the name that they have in addresses."""

from __future__ import annotations

from collections.abc import Mapping

from exports.documents import resume_medis
from exports.making import Kind

KINDS: Mapping[str, Kind] = {kind.code: kind for kind in (resume_medis.KIND,)}
