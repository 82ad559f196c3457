"""A hospital that prints, on the real database: the records of invented patients, and who asks for documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from auth.caller import SYSTEM, Caller
from auth.policy import load as load_policy
from auth.scopes import parse
from exports import operations
from exports.drawing import Press, pressing
from exports.issuing import Issuing
from exports.letterheads import Stationery
from exports.office import Office
from exports.signing.bsre import BsreSigner
from exports.signing.port import Signer
from exports.signing.signing import Signing
from fhir_server.changes import Change
from fhir_server.interactions.dispatch import Dispatcher
from fhir_server.messages import FhirRequest, FhirResponse, Resource
from fhir_server.record import Record
from fhir_server.store.store import Store
from main import open_store, site
from settings import Settings
from tests.clock import Clock
from tests.exports import charts
from tests.fhir_server.conftest import BASE, settings

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
SITE = site(Settings(base_url=BASE))
STATIONERY = Stationery("org-rsud", "RSUD", ("PEMERINTAH KABUPATEN BENUA (CONTOH)",))
ORGANIZATION = "100099999"


@dataclass
class Counter:
    """Where documents are asked for, without a socket between."""

    store: Store
    press: Press
    clock: Clock = field(default_factory=lambda: Clock(NOON))
    signer: Signer | None = None

    def record(self, caller: Caller = SYSTEM) -> Record:
        return Record(self.store, caller, SITE, clock=self.clock)

    @property
    def signing(self) -> Signing:
        office = Office(self.press, self.record, STATIONERY, self.clock)
        issuing = Issuing(office, ORGANIZATION, self.clock, anchored=isinstance(self.signer, BsreSigner))
        return Signing(issuing, self.signer, self.clock)

    async def ask(self, path: str, caller: Caller = SYSTEM, method: str = "POST", **values: str | bool) -> FhirResponse:
        """Raises FhirError. `values`: the parameters of the operation."""
        parts = [
            {"name": name, **({"valueBoolean": value} if isinstance(value, bool) else {"valueString": value})}
            for name, value in values.items()
        ]
        body: Resource = {"resourceType": "Parameters", **({"parameter": parts} if parts else {})}
        request = FhirRequest(method, tuple(path.split("/")), body=body if method == "POST" else None, base=BASE)
        if method == "GET":
            request = replace(request, query=tuple((name, str(value)) for name, value in values.items()))
        return await Dispatcher(operations.routes(self.signing)).answer(request, self.record(caller))

    async def put(self, *resources: Resource) -> None:
        await self.record().commit([Change.update(one, one["id"]) for one in resources])

    async def fill(self, *patients: int) -> None:
        """The hospital itself, and all that belongs to these patients."""
        await self.put(*charts.house().values())
        for number in patients:
            await self.put(*(_unstamped(one) for one in charts.record(number).values()))


def _unstamped(resource: Resource) -> Resource:
    meta = {name: value for name, value in resource.get("meta", {}).items() if name == "profile"}
    return {**resource, "meta": meta} if meta else {name: value for name, value in resource.items() if name != "meta"}


@pytest.fixture(scope="session")
async def press() -> AsyncIterator[Press]:
    async with pressing(1) as found:
        yield found


@pytest.fixture
async def counter(mongodb_uri: str, database_name: str, press: Press) -> AsyncIterator[Counter]:
    async with open_store(settings(mongodb_uri, database_name)) as store:
        yield Counter(store, press)


def person(role: str, *patients: str, id: str = "Practitioner/nakes-001", scope: str = "user/*.cruds") -> Caller:
    """Somebody of a role of the policy, who reaches these patients."""
    found = load_policy().role(role)
    assert found is not None
    caller = Caller(f"{role}.contoh", parse(scope), found, purpose=found.purpose, person=id)
    return replace(caller, patients=frozenset(patients) if found.patients != "all" else None)


PASSPHRASE = SecretStr("kata sandi contoh")
