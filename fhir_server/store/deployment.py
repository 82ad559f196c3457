"""Whether an outside MongoDB can carry the record: reachable, let in, and a replica set member or a mongos."""

from typing import Any

from pymongo import MongoClient
from pymongo.errors import (
    ConfigurationError,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)
from pymongo.server_type import SERVER_TYPE

HOW_TO_MAKE_A_REPLICA_SET = "start it with --replSet rs0, then run rs.initiate() once in mongosh."


class MongodbUnusable(Exception):
    """The MongoDB of RSUD_MONGODB_URI cannot be used; the text is one line that says what to do, without passwords."""


def check(uri: str, database: str, *, timeout_ms: int = 5000) -> None:
    """Raise MongodbUnusable unless this MongoDB answers within the time, lets us in and can do transactions."""
    try:
        client = MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=timeout_ms, connectTimeoutMS=timeout_ms)
    except (InvalidURI, ConfigurationError, ValueError):
        raise MongodbUnusable(
            "RSUD_MONGODB_URI is not a MongoDB address: write mongodb://user:password@host:27017/?replicaSet=rs0, "
            "with special characters in the password percent-encoded."
        ) from None
    with client:
        try:
            _member_of_a_replica_set(client.admin.command("hello"))
            client[database].list_collection_names()
        except ServerSelectionTimeoutError:
            raise MongodbUnusable(_why_unreachable(client, timeout_ms)) from None
        except OperationFailure as problem:
            raise MongodbUnusable(_why_refused(problem, database)) from None
        except PyMongoError as problem:
            raise MongodbUnusable(f"The MongoDB of RSUD_MONGODB_URI failed: {type(problem).__name__}.") from None


def _member_of_a_replica_set(hello: dict[str, Any]) -> None:
    if "setName" in hello or hello.get("msg") == "isdbgrid":
        return
    if hello.get("isreplicaset"):
        raise MongodbUnusable(_uninitiated())
    raise MongodbUnusable(
        "The MongoDB of RSUD_MONGODB_URI is a standalone server, without transactions: make it a replica set of one: "
        + HOW_TO_MAKE_A_REPLICA_SET
    )


def _why_unreachable(client: MongoClient[dict[str, Any]], timeout_ms: int) -> str:
    servers = list(client.topology_description.server_descriptions().values())
    hosts = ", ".join(":".join(str(part) for part in server.address if part is not None) for server in servers)
    kinds = {server.server_type for server in servers}
    if SERVER_TYPE.RSGhost in kinds:
        return _uninitiated()
    if not servers:
        return "No MongoDB named in RSUD_MONGODB_URI is a member of the replica set named there: correct replicaSet=."
    if kinds != {SERVER_TYPE.Unknown}:
        return f"The replica set of RSUD_MONGODB_URI has no primary ({hosts}): start a majority of its members."
    return (
        f"No MongoDB answered at {hosts} within {timeout_ms / 1000:g} seconds: start it, or correct RSUD_MONGODB_URI "
        "(unset, rsud starts a MongoDB of its own)."
    )


def _why_refused(problem: OperationFailure, database: str) -> str:
    if problem.code == 18:
        return "MongoDB refused the user name or password in RSUD_MONGODB_URI: correct them, or add authSource=."
    if problem.code == 13:
        return (
            "MongoDB does not let the user of RSUD_MONGODB_URI in: name a user there "
            f"who has the role readWrite on the database {database}."
        )
    return f"The MongoDB of RSUD_MONGODB_URI refused a command (code {problem.code})."


def _uninitiated() -> str:
    return f"The MongoDB of RSUD_MONGODB_URI is not yet an initiated replica set: {HOW_TO_MAKE_A_REPLICA_SET}"
