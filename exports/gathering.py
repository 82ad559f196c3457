"""What a document needs is read through the record of who asks for it: what that person may not see is not there.

In small pages, so that nobody else of this process waits for one long document.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from exports.chart import Chart, name_of, references
from fhir_server.errors import TooCostly
from fhir_server.messages import Parameters, Resource
from fhir_server.record import Reading, Record
from fhir_server.search.cursor import Moment
from fhir_server.search.page import Place
from fhir_server.search.query import parse
from resources.issues import Text

PAGE = 100
MOST = 20_000
"""Resources of one document."""

REFERRED = ("Patient", "Encounter", "Practitioner", "PractitionerRole", "Organization", "Location", "Medication")
"""Types that give others their sense: followed wherever something refers to them."""

NOTHING_ELSE: Mapping[str, str] = {}

FAR = 3
"""Steps from one reference to the next."""


@dataclass(frozen=True, slots=True)
class Read:
    """All resources of a type whose `parameter` refers to the focus; `more`: narrowed down by these."""

    type: str
    parameter: str
    more: Parameters = ()


@dataclass(frozen=True, slots=True)
class Further:
    """What is read once it is known what was read so far: `asked` makes the parameters of a search from it; where it
    makes none, nothing is read. `needed`: who may not see the type gets no document, since without it the document
    would say what is not so."""

    type: str
    asked: Callable[[Chart], Parameters]
    needed: bool = False


def of_patient(parameter: str, *more: tuple[str, str]) -> Callable[[Chart], Parameters]:
    """Whatever of a type is this patient's, narrowed down by `more`."""

    def asked(chart: Chart) -> Parameters:
        patient = chart.patient_name
        return ((parameter, patient), *more) if patient else ()

    return asked


@dataclass(slots=True)
class _Found:
    """By Type/id; and what these refer to, of the types that are followed."""

    follows: frozenset[str]
    base: str
    most: int = MOST
    resources: dict[str, Resource] = field(default_factory=dict)
    referred: dict[str, None] = field(default_factory=dict)

    def add(self, resources: Iterable[Resource]) -> None:
        """Raises TooCostly."""
        for resource in resources:
            self.resources[f"{resource['resourceType']}/{resource['id']}"] = resource
            for reference in references(resource):
                name = name_of(reference, self.base)
                if name.partition("/")[0] in self.follows:
                    self.referred[name] = None
        if len(self.resources) > self.most:
            raise _too_much(self.most)

    def missing(self) -> list[str]:
        """What is referred to and not there, and is not asked for again."""
        names = [name for name in self.referred if name not in self.resources]
        self.referred.clear()
        return names


async def gathered(
    record: Record,
    type: str,
    id: str,
    reads: Sequence[Read | Further],
    *,
    also: Sequence[str] = (),
    options: Mapping[str, str] = NOTHING_ELSE,
    most: int = MOST,
) -> Chart:
    """The chart of a resource, at one moment. `also`: further types that are followed where something refers to them;
    `options`: what was asked for besides, for the parameters of a Further; `most`: resources. Raises NotFound, Gone,
    Forbidden, TooCostly."""
    found = _Found(frozenset((*REFERRED, *also)), record.site.base, most)
    found.add([(await record.read(type, id))["resource"]])
    chart = Chart(f"{type}/{id}", found.resources, record.site.zone, record.site.base, options)
    moment = await record.moment()
    for read in reads:
        needed = False
        if isinstance(read, Further):
            await _follow(record, found, moment)
            query, needed = read.asked(chart), read.needed
        else:
            query = ((read.parameter, chart.focus), *read.more)
        if query and (needed or record.may_search(read.type)):
            async for page in pages(record, read.type, query, at=moment):
                found.add(page)
    await _follow(record, found, moment)
    return chart


async def _follow(record: Record, found: _Found, moment: Moment | None) -> None:
    for _ in range(FAR):
        names = found.missing()
        for start in range(0, len(names), PAGE):
            by_type: dict[str, list[str]] = {}
            for name in names[start : start + PAGE]:
                by_type.setdefault(name.partition("/")[0], []).append(name.partition("/")[2])
            found.add(document["resource"] for document in await record.read_many(by_type, at=moment))


async def pages(
    record: Record, type: str, parameters: Parameters, *, at: Moment | None = None
) -> AsyncIterator[list[Resource]]:
    """All that a search finds, page after page of one moment. Raises Forbidden."""
    query = parse(type, (*parameters, ("_sort", "_id"), ("_count", str(PAGE))), extra=record.site.extra)
    reading = Reading(at=at if at is not None else await record.moment())
    while True:
        documents = (await record.search(query, reading)).documents
        page = documents[: query.results.count]
        yield [document["resource"] for document in page]
        if len(documents) <= len(page):
            return
        reading = replace(reading, place=Place(tuple(page[-1]["sort"]), type))


def _too_much(most: int) -> TooCostly:
    return TooCostly(
        Text(
            f"More than {most} resources would be on this document.", f"Dokumen ini akan memuat lebih dari {most} data."
        )
    )
