"""Whether anything of the journal, or of the AuditEvents that were made of it, was changed, removed or added."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from fhir_server.audit.chains import ChainCheck, signatures
from fhir_server.audit.events import AUDIT_EVENT
from fhir_server.audit.heads import NO_COPY, Copy
from fhir_server.audit.projection import resources
from fhir_server.messages import Resource
from fhir_server.store.audit_trail import AuditTrail, Block, Stored, as_stored
from fhir_server.store.blocks import CHAINS
from fhir_server.store.documents import Stamp, with_meta

AT_ONCE = 1_000
MOST_TOLD = 100
ID = re.compile(r"(\d)-([1-9]\d*)-([1-9]\d*)")

NOT_THERE = "there is no such file, so that an end may have been cut off unnoticed"

Progress = Callable[[int, int], None]
"""(blocks done, about how many there are)"""


@dataclass(slots=True)
class Report:
    """`findings`: a line for each thing that is wrong; `made`: chain -> number of AuditEvents of each block."""

    findings: list[str] = field(default_factory=list)
    blocks: int = 0
    made: dict[int, list[int]] = field(default_factory=dict)

    @property
    def events(self) -> int:
        return sum(map(sum, self.made.values()))


def lines(report: Report) -> list[str]:
    """What the command line tells."""
    told = report.findings[:MOST_TOLD]
    if more := len(report.findings) - len(told):
        told.append(f"… and {more} more")
    verdict = f"findings: {len(report.findings)}" if report.findings else "as they were written"
    return [*told, f"{report.blocks} blocks with {report.events} events: {verdict}."]


async def verify(trail: AuditTrail, copied: Copy | None, progress: Progress = lambda done, total: None) -> Report:
    """`copied`: the signed heads outside of the database; None where there are none, which is wrong for any block."""
    report, total, until, copy = Report(), await trail.count(), await trail.progress(), copied or NO_COPY
    report.findings += [f"line {number} of the signed heads: is not as it was signed" for number in copy.others]
    for chain in range(CHAINS):
        check, made_until = ChainCheck(chain, signatures(chain, copy.lines)), until.get(chain, 0)
        report.made[chain] = []
        async for blocks in trail.walk(chain):
            expected = _expected(check, blocks, report.made[chain], made_until)
            while some := list(islice(expected, AT_ONCE)):
                report.findings += _differing(some, await trail.stored(AUDIT_EVENT, [one["id"] for one in some]))
            report.blocks += len(blocks)
            progress(min(report.blocks, total), total)
        check.end(made_until)
        report.findings += check.findings
    report.findings += [f"block {id}: is of no chain" for id in await trail.strangers()]
    report.findings += await _strange_events(trail, report.made, until)
    if copied is None and report.blocks:
        report.findings.append(f"the signed heads: {NOT_THERE}")
    progress(total, total)
    return report


def _expected(check: ChainCheck, blocks: Sequence[Block], made: list[int], made_until: int) -> Iterator[Resource]:
    """The AuditEvents that there must be of these blocks; how many each makes is added to `made`."""
    for block in blocks:
        if check.add(block):
            events, number = _audit_events(block), check.head.number
            made += [0] * (number - 1 - len(made)) + [len(events)]
            if number <= made_until:
                yield from events


def _audit_events(block: Block) -> list[Resource]:
    try:
        return [resource for resource in resources(block) if resource["resourceType"] == AUDIT_EVENT]
    except msgspec.DecodeError:
        return []


def _differing(expected: Sequence[Resource], stored: Mapping[str, Stored]) -> Iterator[str]:
    for resource in expected:
        id = resource["id"]
        found = stored.get(id)
        if found is None:
            yield f"AuditEvent/{id}: missing"
        elif found.version != 1 or found.resource != as_stored(
            with_meta(resource, Stamp(id, 1, found.updated, "POST"))
        ):
            yield f"AuditEvent/{id}: is not what its block says"


async def _strange_events(trail: AuditTrail, made: Mapping[int, Sequence[int]], until: Mapping[int, int]) -> list[str]:
    """Those that no block has made, and those that have a past: what never changes has none."""
    found = [f"AuditEvent/{id}: was changed" for id in await trail.past(AUDIT_EVENT)]
    if await trail.number_of(AUDIT_EVENT) > sum(sum(counts[: until.get(chain, 0)]) for chain, counts in made.items()):
        found += [f"AuditEvent/{id}: is of no block" async for id in trail.ids(AUDIT_EVENT) if not _is_made(id, made)]
    return found


def _is_made(id: str, made: Mapping[int, Sequence[int]]) -> bool:
    match = ID.fullmatch(id)
    if match is None:
        return False
    chain, number, position = map(int, match.groups())
    counts = made.get(chain, ())
    return number <= len(counts) and position <= counts[number - 1]
