"""Make a fresh MongoDB ready for the server: initiate its replica set and create the server's user. Safe to repeat."""

import sys
import time
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from pymongo import MongoClient
from pymongo.errors import PyMongoError

Client = MongoClient[dict[str, Any]]


class Preparation(BaseSettings):
    """What to make, from PREPARE_* variables."""

    model_config = SettingsConfigDict(env_prefix="PREPARE_", frozen=True)

    root_uri: SecretStr
    member: str
    password: SecretStr
    replica_set: str = "rs0"
    database: str = "rsud"
    user: str = "rsud"
    patience_seconds: int = 60


def prepare(wanted: Preparation) -> None:
    """Initiate, wait for the primary, then create the user or set its password; raises PyMongoError."""
    timeout = wanted.patience_seconds * 1000
    with Client(wanted.root_uri.get_secret_value(), serverSelectionTimeoutMS=timeout) as client:
        if "setName" not in client.admin.command("hello"):
            members = [{"_id": 0, "host": wanted.member}]
            client.admin.command("replSetInitiate", {"_id": wanted.replica_set, "members": members})
    # A connection from before the initiation would still believe that there are no sessions.
    with Client(wanted.root_uri.get_secret_value(), serverSelectionTimeoutMS=timeout) as client:
        _wait_for_primary(client, wanted.patience_seconds)
        _set_user(client, wanted)


def _wait_for_primary(client: Client, seconds: int) -> None:
    deadline = time.monotonic() + seconds
    while not client.admin.command("hello").get("isWritablePrimary"):
        if time.monotonic() > deadline:
            raise PyMongoError("the replica set has no primary")
        time.sleep(0.2)


def _set_user(client: Client, wanted: Preparation) -> None:
    database = client[wanted.database]
    command = "updateUser" if database.command("usersInfo", wanted.user)["users"] else "createUser"
    roles = [{"role": "readWrite", "db": wanted.database}]
    database.command(command, wanted.user, pwd=wanted.password.get_secret_value(), roles=roles)


def main() -> int:
    """Prepare as the environment says."""
    try:
        prepare(Preparation())
    except PyMongoError as problem:
        print(f"MongoDB could not be prepared: {problem}", file=sys.stderr)
        return 1
    print("MongoDB is ready.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
