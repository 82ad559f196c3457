"""Who decides or asks at these pages, as a Reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fhir_server.audit.audit_event import ACCOUNT, identified
from portal.visit import Visit


def performer(visit: Visit) -> Mapping[str, Any]:
    """The patient; who acts for one is named by the account, for a reference would make it part of two records."""
    assert visit.user is not None
    own = {"reference": f"Patient/{visit.patient}"}
    return identified(ACCOUNT, visit.user.username) if visit.acts_for_another else own
