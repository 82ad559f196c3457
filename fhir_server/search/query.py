"""A search as a value: the query string read, checked and bounded. https://hl7.org/fhir/R4/search.html"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fhir_server.messages import Parameters
from fhir_server.search import chains, filters, refusals, results
from fhir_server.search.conditions import Condition, Criterion, criteria, steps
from fhir_server.search.criteria import MAX_VALUE_LENGTH, MAX_VALUES, UNFIT
from fhir_server.search.include import Include
from fhir_server.search.results import RESULT_PARAMETERS, Results, Sort
from resources.definitions.own import NONE, Extra

__all__ = ["MAX_VALUES", "MAX_VALUE_LENGTH", "Criterion", "Include", "Query", "Sort", "parse"]

MAX_PARAMETERS = 200
MAX_CRITERIA = 300
MAX_NAME_LENGTH = 256


@dataclass(frozen=True, slots=True)
class Query:
    """A search of one type: all `criteria` (AND), and how the result is wanted. `ignored` names the parameters that
    nothing was done about, which happens only where the client asked for lenient handling. `unfolded`: what is found
    are the resources that those of the type contain."""

    type: str
    criteria: tuple[Condition, ...] = ()
    results: Results = field(default_factory=Results)
    ignored: tuple[str, ...] = ()
    unfolded: bool = False

    @property
    def key(self) -> str:
        """Which of the searches that one page may go through."""
        return f"{self.type}#" if self.unfolded else self.type


def parse(type: str, parameters: Parameters, *, lenient: bool = False, extra: Extra = NONE) -> Query:
    """The search of a known resource type; raises InvalidParameter for what is unknown, wrong or too much. `extra`: the
    hospital's own parameters."""
    if len(parameters) > MAX_PARAMETERS:
        raise refusals.too_much("", "parameters", "parameter", MAX_PARAMETERS)
    query, seen = Query(type, results=Results(extra=extra)), set[str]()
    for name, value in parameters:
        _check_text(name, value)
        bare = name.partition(":")[0]
        if bare in RESULT_PARAMETERS:
            if bare in seen and bare not in results.REPEATABLE:
                raise refusals.repeated(bare)
            query = replace(query, results=results.read(query.results, type, name, value))
        elif lenient and name != filters.NAME and not chains.is_known(name, type, extra):
            query = replace(query, ignored=(*query.ignored, name))
        else:
            query = replace(query, criteria=(*query.criteria, _condition(type, name, value, extra)))
        seen.add(bare)
    _check_size(query.criteria)
    return query


def _condition(type: str, name: str, value: str, extra: Extra) -> Condition:
    if name == filters.NAME:
        return filters.condition(type, value, extra)
    return chains.condition(type, name, value, extra)


def _check_size(conditions: tuple[Condition, ...]) -> None:
    """Chains over several types count once for each."""
    found = [one for condition in conditions for one in criteria(condition)]
    if len(found) > MAX_CRITERIA:
        raise refusals.too_much("", "conditions: name the types of chains", "syarat: sebutkan jenisnya", MAX_CRITERIA)
    if any(steps(condition) > chains.MAX_DEPTH for condition in conditions):
        raise refusals.too_much("", "steps in a chain", "langkah dalam rantai", chains.MAX_DEPTH)
    if sum(len(one.values) for one in found) > MAX_VALUES:
        raise refusals.too_much("", "values", "nilai", MAX_VALUES)


def _check_text(name: str, value: str) -> None:
    """What a database cannot hold, or no FHIR value can contain."""
    if len(name) > MAX_NAME_LENGTH:
        raise refusals.too_much(name, "characters in a name", "karakter dalam nama", MAX_NAME_LENGTH)
    if UNFIT.search(name) or UNFIT.search(value):
        raise refusals.refuse(name, "Control characters are not allowed.", "Karakter kendali tidak diperbolehkan.")
