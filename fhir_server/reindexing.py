"""What searches look at, computed anew for documents that are stored already, beside reads and writes.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from fhir_server.binary.context import joined
from fhir_server.messages import Resource
from fhir_server.site import Site
from fhir_server.store.documents import Document
from fhir_server.store.reindex import Mend, Part, Position, Rows, as_stored

Progress = Callable[[int, int], None]
"""(documents done, about how many there are)"""

DERIVED = ("index", "search", "compartments", "labels", "keys")
"""What a document holds besides the resource and the story of its version."""

BATCH = 500
OLDEST = 5
PACKAGES = ("fhir_server.search", "resources")
"""The code and the data that say what is derived from a resource."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`types`, all that are stored where there are none; `run`: what the progress is kept under; `verify` changes
    nothing; `batch`: how many documents at a time, with a rest of `pause` seconds in between; `purpose`: a run goes on
    only where one of the same was interrupted."""

    types: tuple[str, ...] = ()
    run: str = "all"
    verify: bool = False
    batch: int = BATCH
    pause: float = 0
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many documents of a part were looked at, how many of them had `drifted`, and the ids of those whose business
    keys another document has."""

    part: Part
    checked: int = 0
    drifted: int = 0
    refused: tuple[str, ...] = ()

    def __add__(self, other: Tally) -> Tally:
        checked, drifted = self.checked + other.checked, self.drifted + other.drifted
        return Tally(self.part, checked, drifted, self.refused + other.refused)


async def reindex(rows: Rows, site: Site, scope: Scope, progress: Progress = lambda done, total: None) -> list[Tally]:
    """Computes all of `scope.types` anew and mends what has drifted. One that was interrupted goes on where it was:
    what lies before is not in the tallies."""
    parts = [Part(type, past) for type in scope.types for past in (False, True)]
    total = sum([await rows.size(part) for part in parts])
    position = await _start(rows, site, scope, parts)
    tallies: dict[Part, Tally] = {}
    done = 0
    while position is not None:
        documents = await rows.batch(position.part, position.last, scope.batch)
        tally = await _one_batch(rows, site, scope, (position.part, documents))
        tallies[position.part] = tallies.get(position.part, Tally(position.part)) + tally
        position = following(position, documents, parts)
        if position is not None:
            done = position.done
            progress(done, max(done + 1, total))
            await _keep(rows, scope, position)
    if not scope.verify:
        await rows.forget(scope.run)
    progress(done, done)
    return list(tallies.values())


async def outdated(rows: Rows, site: Site, types: Sequence[str]) -> list[str]:
    """The types whose documents that were written first have other search values than they would be given now."""
    verify = Scope(verify=True)
    parts = [Part(type) for type in types]
    tallies = [await _one_batch(rows, site, verify, (part, await rows.oldest(part, OLDEST))) for part in parts]
    return [tally.part.type for tally in tallies if tally.drifted]


async def _start(rows: Rows, site: Site, scope: Scope, parts: Sequence[Part]) -> Position | None:
    what = fingerprint(site, scope.purpose)
    kept = None if scope.verify else await rows.position(scope.run)
    if kept is not None and kept.what == what and kept.part in parts:
        return kept
    return Position(what, parts[0]) if parts else None


async def _keep(rows: Rows, scope: Scope, position: Position) -> None:
    if not scope.verify:
        await rows.keep(scope.run, position)
        await asyncio.sleep(scope.pause)


def following(position: Position, documents: Sequence[Document], parts: Sequence[Part]) -> Position | None:
    """Where a run is after these documents; None at the end. A part ends where there are no more. Past versions come
    after the current ones: what becomes one meanwhile is right already."""
    if documents:
        return replace(position, last=documents[-1]["_id"], done=position.done + len(documents))
    rest = parts[parts.index(position.part) + 1 :]
    return replace(position, part=rest[0], last=None) if rest else None


async def _one_batch(rows: Rows, site: Site, scope: Scope, batch: tuple[Part, Sequence[Document]]) -> Tally:
    part, documents = batch
    deletions = [(_id(document), document["version"] - 1) for document in documents if document["deleted"]]
    before = await rows.resources(part.type, deletions)
    mends = [mend for one in documents if (mend := _mend(one, _resource(one, before), site, past=part.past))]
    if scope.verify:
        return Tally(part, len(documents), len(mends))
    outcome = await rows.mend(part, mends)
    return Tally(part, len(documents), outcome.mended, outcome.refused)


def _id(document: Document) -> str:
    return str(document.get("id", document["_id"]))


def _resource(document: Document, before: Mapping[str, Resource]) -> Resource | None:
    """A deletion belongs to whom the version before it belonged to."""
    if document["deleted"]:
        return before.get(f"{_id(document)}/{document['version'] - 1}")
    resource: Resource = document["resource"]
    return resource


def _mend(document: Document, resource: Resource | None, site: Site, *, past: bool) -> Mend | None:
    """What a document lacks or has too much; None where all is right."""
    if resource is None:
        return None
    right = derived(resource, site, searchable=not (past or document["deleted"]))
    right.update(joined(right, document["inherited"]) if "inherited" in document else {})
    there = {name: document[name] for name in DERIVED if name in document}
    if there == right or there == (right := as_stored(right)):
        return None
    given = {name: value for name, value in right.items() if there.get(name) != value}
    return Mend(document["_id"], document["version"], given, tuple(there.keys() - right.keys()))


def derived(resource: Resource, site: Site, *, searchable: bool) -> dict[str, Any]:
    """What is stored beside a resource. Past versions and deletions are not searched: they only belong to somebody."""
    described = site.describe(resource)
    found: dict[str, Any] = {"compartments": described.compartments}
    found.update({"labels": described.labels} if described.labels else {})
    if searchable:
        found["index"] = described.index
        found.update({"search": described.search} if described.search else {})
        found.update({"keys": described.keys} if described.keys else {})
    return found


def advice(types: Sequence[str]) -> str:
    """What to do about outdated types, for who starts the server."""
    return (
        "What searches look at was stored by another version, time zone or set of parameters: run `rsud reindex`"
        f" ({', '.join(types)})."
    )


def lines(tallies: Sequence[Tally], *, verify: bool) -> Iterator[str]:
    """The tallies for people: a line for each type, its past versions included."""
    verb = "drifted" if verify else "mended"
    by_type: dict[str, list[Tally]] = {}
    for tally in tallies:
        by_type.setdefault(tally.part.type, []).append(tally)
    for type, of_type in by_type.items():
        checked, drifted = sum(one.checked for one in of_type), sum(one.drifted for one in of_type)
        yield f"{type:<32} {checked:>10} checked {drifted:>10} {verb}"
        for id in (id for one in of_type for id in one.refused):
            yield f"  {type}/{id} has an identifier that belongs to another {type}: correct one of them"
    yield f"{'in all':<32} {sum(t.checked for t in tallies):>10} checked {sum(t.drifted for t in tallies):>10} {verb}"


def fingerprint(site: Site, purpose: str = "") -> str:
    """Two runs of the same fingerprint compute the same."""
    own = [replace(row, ready=False) for row in site.extra.rows]
    return hashlib.sha256(f"{_code()} {site.base} {site.zone.key} {own} {purpose}".encode()).hexdigest()


@cache
def _code() -> str:
    found = hashlib.sha256()
    for package in PACKAGES:
        for name, content in _contents(files(package)):
            found.update(name.encode() + content)
    return found.hexdigest()


def _contents(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _contents(entry)
        elif not entry.name.endswith(".pyc"):
            yield entry.name, entry.read_bytes()
