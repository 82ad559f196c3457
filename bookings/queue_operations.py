"""The queue as operations of FHIR: Location/[id]/$next, and $call, $recall, $skip, $absent, $serve, $finish, $transfer
and $priority of a Task. Each answers with Parameters: `ticket`, the Task as it is now, and `following`, the Task of the
ticket with which the patient goes on; of $next nothing where nobody waits.

https://hl7.org/fhir/R4/operations.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from bookings.issuing import ServicePoint
from bookings.queue import Moved, Queue
from bookings.sent import Sent, id_of, text_of, wrong
from bookings.ticket import KINDS
from fhir_server.interactions.dispatch import Route, operation
from fhir_server.interactions.operations.parameters import parameters
from fhir_server.messages import FhirRequest, FhirResponse
from fhir_server.record import Record

Act = Callable[[Record, str, Sent, str | None], Awaitable[Moved]]


def routes(queue: Queue) -> Iterable[Route]:
    """The rows for the table of interactions."""

    async def next_one(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
        """Parameters: session (the id of a Slot), counter."""
        sent, key = parameters(request), request.headers.get("idempotency-key")
        session, counter = text_of(sent, "session"), text_of(sent, "counter")
        return _answer(await queue.next(record, f"Location/{id}", session=session, counter=counter, key=key))

    yield Route("POST", "{type}/{id}/$next", next_one, "$next", operation("$next", "Location"))
    for code, act in _acts(queue).items():
        yield Route("POST", f"{{type}}/{{id}}/{code}", _of_ticket(act), code, operation(code, "Task"))


def _acts(queue: Queue) -> dict[str, Act]:
    """Parameters: counter (of $call, $recall), to (a Location) and kind (of the service point, of $finish and
    $transfer), reason (of $priority: elderly, disabled, pregnant)."""
    return {
        "$call": lambda record, id, sent, key: queue.call(record, id, text_of(sent, "counter"), key),
        "$recall": lambda record, id, sent, key: queue.recall(record, id, text_of(sent, "counter"), key),
        "$skip": lambda record, id, sent, key: queue.skip(record, id, key),
        "$absent": lambda record, id, sent, key: queue.absent(record, id, key),
        "$serve": lambda record, id, sent, key: queue.serve(record, id, key),
        "$finish": lambda record, id, sent, key: queue.finish(
            record, id, to=_point(sent) if sent.get("to") else None, key=key
        ),
        "$transfer": lambda record, id, sent, key: queue.transfer(record, id, _point(sent), key),
        "$priority": lambda record, id, sent, key: queue.priority(record, id, text_of(sent, "reason"), key),
    }


def _of_ticket(act: Act) -> Callable[..., Awaitable[FhirResponse]]:
    async def answer(request: FhirRequest, record: Record, *, type: str, id: str) -> FhirResponse:
        return _answer(await act(record, id, parameters(request), request.headers.get("idempotency-key")))

    return answer


def _point(sent: Sent) -> ServicePoint:
    """Raises BadRequest."""
    kind = next((kind for kind in KINDS if kind == text_of(sent, "kind")), None)
    if kind is None:
        raise wrong("kind", ", ".join(KINDS))
    return ServicePoint(f"Location/{id_of(sent, 'to', 'Location')}", kind)


def _answer(moved: Moved | None) -> FhirResponse:
    rows = [] if moved is None else [("ticket", moved.task), ("following", moved.following)]
    parts = [{"name": name, "resource": one.resource} for name, one in rows if one is not None]
    return FhirResponse(200, {"resourceType": "Parameters", **({"parameter": parts} if parts else {})})
