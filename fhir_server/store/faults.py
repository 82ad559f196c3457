"""MongoDB's errors in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DocumentTooLarge,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from fhir_server.errors import Conflict, Duplicate, FhirError, TooCostly, TooLarge, Unavailable
from resources.issues import Text

DUPLICATE_KEY = 11000
TRANSIENT = "TransientTransactionError"
OVERSIZED = (10334, 17419, 17420)


class AlreadyExists(Conflict):
    """There is a document of this id already; whoever meant an update tries again and finds it."""


class LostRace(Conflict):
    """The document was changed by another transaction since it was read."""


@contextmanager
def translated() -> Iterator[None]:
    """Turns what MongoDB raises into a FhirError."""
    try:
        yield
    except PyMongoError as error:
        raise translate(error) from error


@contextmanager
def translated_in_transaction() -> Iterator[None]:
    """Lets transient errors pass, so that the transaction is tried again, unless there is no server to try it on."""
    try:
        yield
    except PyMongoError as error:
        if error.has_error_label(TRANSIENT) and not isinstance(error, ServerSelectionTimeoutError):
            raise
        raise (unavailable() if error.timeout else translate(error)) from error


def translate(error: PyMongoError) -> FhirError:
    if isinstance(error, BulkWriteError):
        return write_error(error.details["writeErrors"][0]) if error.details.get("writeErrors") else unavailable()
    if isinstance(error, DuplicateKeyError):
        return write_error(error.details or {})
    if isinstance(error, ExecutionTimeout):
        return TooCostly(
            Text(
                "The search took too long. Narrow it down by patient, code, status or date; see also $explain.",
                "Pencarian terlalu lama. Persempit dengan pasien, kode, status, atau tanggal; lihat juga $explain.",
            )
        )
    if isinstance(error, DocumentTooLarge) or (isinstance(error, OperationFailure) and error.code in OVERSIZED):
        return too_large()
    if isinstance(error, (ConnectionFailure, WTimeoutError)) or error.timeout or error.has_error_label(TRANSIENT):
        return unavailable()
    raise error


def write_error(details: Mapping[str, Any]) -> FhirError:
    """The error of one write: a duplicate key names the key."""
    if details.get("code") == DUPLICATE_KEY:
        if "keys" in details.get("keyPattern", {}):
            return _at(details, _duplicate(str(details.get("keyValue", {}).get("keys", ""))))
        exists = AlreadyExists(Text("A resource with this id exists already.", "Sumber daya dengan id ini sudah ada."))
        return _at(details, exists)
    if details.get("code") in OVERSIZED:
        return too_large()
    return unavailable()


def _at(details: Mapping[str, Any], error: Conflict) -> Conflict:
    error.position = details.get("index")
    return error


def _duplicate(key: str) -> Duplicate:
    system, _, value = key.rpartition("|")
    return Duplicate(
        Text(
            f"Another resource of this type has the identifier {value} of {system}.",
            f"Sumber daya lain sejenis sudah memakai nomor {value} dari {system}.",
        )
    )


def too_large() -> TooLarge:
    return TooLarge(
        Text(
            "The resource is larger than the database can hold (16 MB).",
            "Sumber daya melebihi 16 MB, batas basis data.",
        )
    )


def unavailable() -> Unavailable:
    return Unavailable(
        Text("The database does not answer; try again shortly.", "Basis data tidak menjawab; coba lagi sebentar lagi.")
    )
