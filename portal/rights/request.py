"""What a patient asks of the hospital about the own record, and how it lies in a Task. Pure.

The hospital answers within 3 x 24 hours (UU 27/2022): staff write the answer as `note` or `output`, and the status.
https://hl7.org/fhir/R4/task.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from resources.issues import Text
from resources.systems import RIGHTS_REQUEST

Kind = Literal["correction", "copy", "deletion"]
KINDS: tuple[Kind, ...] = get_args(Kind)

ANSWERED_WITHIN = timedelta(hours=72)
MOST_OPEN = 3
"""Of one kind, which wait for an answer."""

SHORTEST, LONGEST = 10, 2_000
ENDED = frozenset(("completed", "rejected", "cancelled", "failed"))
VOID = frozenset(("draft", "entered-in-error"))


class RequestRefused(Exception):
    """It cannot be asked for so. `text`: what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Request:
    """`status`: of the Task; `answer`: what staff wrote; `answered`: when the Task was last written, where it has
    ended; `visit`: the id of an Encounter that it is about, or nothing."""

    id: str
    kind: Kind
    said: str
    at: datetime
    due: datetime
    status: str = "requested"
    answer: tuple[str, ...] = ()
    answered: datetime | None = None
    visit: str = ""

    @property
    def is_open(self) -> bool:
        return self.status not in ENDED

    def is_late(self, now: datetime) -> bool:
        return self.is_open and now > self.due


def judge(kind: str, said: str, waiting: Iterable[Request]) -> Kind:
    """The kind, where such a request may be sent. `waiting`: what was sent before. Raises RequestRefused."""
    known = next((one for one in KINDS if one == kind), None)
    if known is None:
        raise RequestRefused(Text("Choose what you ask for.", "Pilih apa yang Anda minta."))
    if len(said) > LONGEST:
        raise RequestRefused(
            Text(f"Write at most {LONGEST} characters.", f"Tulis paling banyak {LONGEST} huruf."),
        )
    if known != "copy" and len(said) < SHORTEST:
        raise RequestRefused(
            Text(
                "Say in a few words what is wrong, or what you want deleted.",
                "Tuliskan dengan singkat apa yang salah, atau apa yang ingin dihapus.",
            )
        )
    if sum(one.is_open and one.kind == known for one in waiting) >= MOST_OPEN:
        raise RequestRefused(
            Text(
                f"{MOST_OPEN} such requests wait for an answer already. Wait for it, or call the hospital.",
                f"Sudah ada {MOST_OPEN} permintaan seperti ini yang menunggu. Tunggu, atau hubungi rumah sakit.",
            )
        )
    return known


def id_of(patient: str, key: str) -> str:
    """The same form, sent again, is the same request. `key`: made when the form was shown."""
    return f"permintaan-{hashlib.sha256(f'{patient} {key}'.encode()).hexdigest()[:32]}"


def asked(id: str, kind: Kind, said: str, at: datetime, *, visit: str = "") -> Request:
    """A new one, with its clock."""
    return Request(id, kind, said, at, at + ANSWERED_WITHIN, visit=visit)


def write(request: Request, patient: str, requester: Mapping[str, Any]) -> dict[str, Any]:
    """The Task. `patient`: an id; `requester`: a Reference to who asks."""
    return {
        "resourceType": "Task",
        "status": request.status,
        "intent": "order",
        "code": {"coding": [{"system": RIGHTS_REQUEST, "code": request.kind}]},
        "for": {"reference": f"Patient/{patient}"},
        "requester": dict(requester),
        "authoredOn": request.at.isoformat(timespec="seconds"),
        "restriction": {"period": {"end": request.due.isoformat(timespec="seconds")}},
        **({"description": request.said} if request.said else {}),
        **({"encounter": {"reference": f"Encounter/{request.visit}"}} if request.visit else {}),
    }


def read(task: Mapping[str, Any]) -> Request | None:
    """None where a Task is none, or void."""
    codes = {row.get("code") for row in task.get("code", {}).get("coding", ()) if row.get("system") == RIGHTS_REQUEST}
    kind = next((one for one in KINDS if one in codes), None)
    status, sent = str(task.get("status")), _moment(task.get("authoredOn"))
    if kind is None or sent is None or status in VOID:
        return None
    return Request(
        str(task["id"]),
        kind,
        str(task.get("description", "")),
        sent,
        _moment(task.get("restriction", {}).get("period", {}).get("end")) or sent + ANSWERED_WITHIN,
        status,
        tuple(_answer(task)),
        _moment(task.get("meta", {}).get("lastUpdated")) if status in ENDED else None,
        str(task.get("encounter", {}).get("reference", "")).rpartition("/")[2],
    )


def _answer(task: Mapping[str, Any]) -> Iterable[str]:
    """The words of staff, in the order in which they wrote them."""
    reason = task.get("statusReason", {}).get("text")
    notes = (row.get("text") for row in task.get("note", ()))
    outputs = (row.get("valueString") for row in task.get("output", ()))
    return [str(text) for text in (*notes, *outputs, reason) if text]


def _moment(text: Any) -> datetime | None:
    """None where it is missing or only a day."""
    if not isinstance(text, str) or "T" not in text:
        return None
    return datetime.fromisoformat(text)
