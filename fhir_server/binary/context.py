"""A Binary is as confidential as what its securityContext names. https://hl7.org/fhir/R4/binary.html#security

The Patient there is read from the Binary alone. Of anything else, such as a DocumentReference, the Binary takes over
whose record it is part of, and the security labels, when it is written and whenever those change: it is judged by what
stands beside it, as every document is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fhir_server.access import EVERYTHING, SECURITY
from fhir_server.decide import Decision
from fhir_server.messages import Resource
from fhir_server.references import LOCAL
from fhir_server.search.kinds.reference import normal
from fhir_server.search.locality import Locality
from fhir_server.site import Site
from fhir_server.store.documents import Document
from fhir_server.store.transaction import Transaction
from resources.belonging import security_context

Judged = Mapping[str, Any]
"""`compartments` and `labels`, as they stand beside a resource."""


def names_another(resource: Resource, site: Site) -> bool:
    """Whether it is a Binary in the context of something here that is no Patient."""
    return _context(resource, site) is not None


def _context(resource: Resource, site: Site) -> tuple[str, str] | None:
    text = security_context(resource) if resource.get("resourceType") == "Binary" else None
    match = LOCAL.fullmatch(normal(text, Locality(site.zone, site.base))) if text is not None else None
    return (match[1], match[2]) if match is not None and match[1] != "Patient" else None


def joined(own: Judged, inherited: Mapping[str, Any]) -> dict[str, Any]:
    """`compartments` and `labels` of a Binary: its own, and what it has from its context."""
    compartments = {**own.get("compartments", {})}
    for name, ids in inherited["compartments"].items():
        compartments[name] = list(dict.fromkeys((*compartments.get(name, ()), *ids)))
    labels = {**own.get("labels", {})}
    if security := list(dict.fromkeys((*labels.get(SECURITY, ()), *inherited["security"]))):
        labels[SECURITY] = security
    return {"compartments": compartments, **({"labels": labels} if labels else {})}


@dataclass(frozen=True, slots=True)
class Contexts:
    """What the Binaries of one commit have from their contexts. `written`: the resources, by type and id, that the same
    commit writes. Who writes a Binary and who changes its context at the same time do so one after the other."""

    transaction: Transaction
    site: Site
    moment: datetime
    written: Mapping[tuple[str, str], Resource]

    async def inherited(self, decision: Decision) -> Decision:
        """The decision about a Binary with what it has from its context; any other as it is."""
        new = decision.new
        context = _context(new["resource"], self.site) if new is not None and not new["deleted"] else None
        if new is None or context is None:
            return decision
        name = "/".join(context)
        await self._claim(name)
        inherited = {"from": name, **_taken_over(await self._of(context))}
        judged = joined(new, inherited)
        patients = tuple(dict.fromkeys((*decision.committed.patients, *judged["compartments"].get("Patient", ()))))
        committed = replace(decision.committed, patients=patients)
        return replace(decision, new={**new, **judged, "inherited": inherited}, committed=committed)

    async def _claim(self, name: str) -> None:
        await self.transaction.claim([hashlib.sha256(f"context {name}".encode()).hexdigest()], self.moment)

    async def _of(self, context: tuple[str, str]) -> Judged:
        type, id = context
        if context in self.written:
            described = self.site.describe({**self.written[context], "id": id})
            return {"compartments": described.compartments, "labels": described.labels}
        return (await self.transaction.get_many(type, [id])).get(id, {})

    async def follow(self, decisions: Sequence[Decision]) -> None:
        """Where it has changed whose record a resource is part of, or its labels, so it has for the Binaries that name
        it. Their past versions stay judged as they were."""
        for decision in decisions:
            old, new, type = decision.old, decision.new, decision.committed.type
            if old is None or new is None or type == "Binary" or _taken_over(old) == _taken_over(new):
                continue
            name = f"{type}/{new['_id']}"
            await self._claim(name)
            for binary in await self.transaction.find("Binary", EVERYTHING, {"inherited.from": name}, ()):
                await self._follow(binary, {"from": name, **_taken_over(new)})

    async def _follow(self, binary: Document, inherited: dict[str, Any]) -> None:
        described = self.site.describe(binary["resource"])
        own = {"compartments": described.compartments, "labels": described.labels}
        await self.transaction.reinherit(binary["_id"], {**joined(own, inherited), "inherited": inherited})


def _taken_over(document: Judged) -> dict[str, Any]:
    security = list(document.get("labels", {}).get(SECURITY, ()))
    return {"compartments": dict(document.get("compartments", {})), "security": security}
