"""A search as a value: where, what for, and in which order. https://hl7.org/fhir/R4/http.html#search"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from tests.journeys.search_model.escaping import split

FEATURES = tuple(
    "chain _has _filter composite or and several-types compartment ascending descending _include _include:iterate"
    " _revinclude _revinclude:iterate :missing :exact :contains :text :not :in :not-in :above :below :of-type"
    " :identifier".split()
)


@dataclass(frozen=True)
class Search:
    """`types`: one, or several for a search of the whole server; `within`: Patient/id, to search its compartment;
    `includes`: pairs of `_include[:iterate]` or `_revinclude[:iterate]` and a value."""

    types: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    sort: str = ""
    within: str = ""
    includes: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        type = self.types[0] if len(self.types) == 1 else "*" if self.within else ""
        return f"{self.within}/{type}".strip("/")

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        types = (("_type", ",".join(self.types)),) if len(self.types) > 1 else ()
        return (*types, *self.parameters, *((("_sort", self.sort),) if self.sort else ()), *self.includes)

    @property
    def joins(self) -> bool:
        """Whether other resources decide."""
        names = [raw if name == "_filter" else name for name, raw in self.parameters]
        return any("." in name or name.startswith("_has:") for name in names)

    def __str__(self) -> str:
        return f"{self.path}?{urlencode(self.query, safe=':|,$/ ')}"


def features(search: Search) -> set[str]:
    """What a search tries, for a look at whether everything is tried."""
    names = [name for name, _ in search.parameters]
    last = [name.rpartition(".")[2].split(":") for name in names]
    found = {f":{parts[-1]}" for parts in last if len(parts) > 1 and parts[-1].islower() and parts[0] != "_has"}
    found |= {"chain" for name in names if "." in name} | {"_has" for name in names if name.startswith("_has:")}
    found |= ({"_filter"} & set(names)) | {"composite" for name in names if "-code-value-" in f"-{name}"}
    found |= {"or" for _, raw in search.parameters if len(split(raw, ",")) > 1} | ({"and"} if len(names) > 1 else set())
    found |= {name for name, _ in search.includes}
    found |= ({"several-types"} if len(search.types) > 1 else set()) | ({"compartment"} if search.within else set())
    return found | {"descending" if key.startswith("-") else "ascending" for key in search.sort.split(",") if key}
