"""The `rsud` command: serve the record, and the chores around it. Each subcommand is one row of COMMANDS."""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import auth.commands.clients as client_commands
import auth.commands.keys as key_commands
import auth.commands.policy as policy_command
import auth.commands.users as user_commands
import exchange.bpjs.commands as bpjs_commands
import serving
from auth.client_metadata import ClientRefused
from auth.commands.actions import printed
from auth.issuer import Issuer
from auth.policy import PolicyRefused
from auth.policy import load as load_policy
from auth.storage.database import connected as auth_database
from auth.users import UserRefused
from fhir_server.audit.heads import KeyRefused, copied
from fhir_server.errors import FhirError
from fhir_server.messages import FhirRequest
from fhir_server.store import deployment, mongod
from resources.definitions.structure import resource_types
from settings import Settings, SettingsRefused, load

DEMO_SEED = 1


class CannotSeed(Exception):
    """There is nothing to seed here; the text is one line that says what to do."""


class CannotExplain(Exception):
    """This is no search; the text is one line that says why."""


CANNOT_START = (
    CannotSeed,
    CannotExplain,
    SettingsRefused,
    KeyRefused,
    ClientRefused,
    UserRefused,
    PolicyRefused,
    serving.CannotServe,
    deployment.MongodbUnusable,
    mongod.MongodError,
)


@dataclass(frozen=True)
class Command:
    """A subcommand: its flags, and what it does with the parsed ones. It returns the exit status."""

    summary: str
    flags: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def main(arguments: list[str] | None = None) -> int:
    """Run one command. What stands in the way of a start is one line on standard error and exit status 2."""
    options = _parser().parse_args(arguments)
    command: Command = options.command
    try:
        with serving.signals_as_interrupts():
            return command.run(options)
    except CANNOT_START as problem:
        print(f"rsud: {problem}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Who reads has seen enough, as `head` has; without this Python complains of it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def serve(options: argparse.Namespace) -> int:
    """Serve until asked to stop; a requested stop is exit status 0."""
    try:
        settings = _settings(options)
        serving.refuse_open_elsewhere(settings)
        load_policy(settings.policy_file)
        address = serving.free_address(settings)
        with _database(settings) as (connected, lives):
            if connected.demo:
                asyncio.run(_seed(connected, DEMO_SEED, None, only_if_empty=True))
            return serving.run(connected, address, lives)
    except KeyboardInterrupt:
        return 0


def seed(options: argparse.Namespace) -> int:
    """Add a demo hospital to the database; an interrupted one is exit status 130."""
    try:
        with _database(_settings(options), wait_for_others=True) as (connected, _):
            asyncio.run(_seed(connected, options.seed, options.today, only_if_empty=False))
    except KeyboardInterrupt:
        return 130
    return 0


def explain(options: argparse.Namespace) -> int:
    """Tell how the server carries out a search, and what it costs."""
    with _database(_settings(options), wait_for_others=True) as (connected, _):
        for line in asyncio.run(_explain(connected, options.search)):
            print(line)
    return 0


def reindex(options: argparse.Namespace) -> int:
    """Compute anew what searches look at; exit status 1 where something is wrong, 130 for an interrupted one."""
    try:
        with _database(_settings(options), wait_for_others=True) as (connected, _):
            return asyncio.run(_reindex(connected, tuple(options.types), verify=options.verify))
    except KeyboardInterrupt:
        return 130


def verify_audit(options: argparse.Namespace) -> int:
    """Look for what was changed, removed or added in the audit trail; exit status 1 where there is something."""
    with _database(_settings(options), wait_for_others=True) as (connected, _):
        return asyncio.run(_verify_audit(connected))


def accounts(options: argparse.Namespace) -> int:
    """The chores around the hospital's accounts."""
    with _authorization(options) as issuer:
        return printed(options.action(options, issuer.database))


def apps(options: argparse.Namespace) -> int:
    """The chores around the apps and systems that may use the server, and the keys that they trust."""
    with _authorization(options) as issuer:
        return printed(options.action(options, issuer))


def policy(options: argparse.Namespace) -> int:
    """Print which role may do what."""
    for line in policy_command.lines(load_policy(_settings(options).policy_file), options.roles):
        print(line)
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    return load(**{name: value for name, value in vars(options).items() if name in Settings.model_fields})


@contextmanager
def _database(settings: Settings, *, wait_for_others: bool = False) -> Iterator[tuple[Settings, Callable[[], bool]]]:
    if settings.mongodb_uri is not None:
        deployment.check(settings.mongodb_uri.get_secret_value(), settings.mongodb_database)
        yield settings, lambda: True
        return
    with mongod.running(settings.data_dir, settings.mongod, wait_for_others=wait_for_others) as embedded:
        yield settings.with_mongodb(embedded.uri), embedded.lives


@contextmanager
def _authorization(options: argparse.Namespace) -> Iterator[Issuer]:
    with _database(_settings(options), wait_for_others=True) as (connected, _):
        uri = connected.mongodb_uri.get_secret_value() if connected.mongodb_uri else ""
        with auth_database(uri, connected.mongodb_database) as database:
            yield Issuer(connected.issuer, connected.fhir_base, database)


async def _seed(settings: Settings, seed: int, day: date | None, *, only_if_empty: bool) -> None:
    import main as application
    from seed import load as demo

    async with application.open_record(settings) as record:
        if only_if_empty and await demo.already_seeded(record):
            return
        today = day or datetime.now(ZoneInfo(settings.time_zone)).date()
        try:
            progress = partial(_progress, "seeding the demo hospital")
            await demo.load(record, patients=settings.demo_patients, seed=seed, today=today, progress=progress)
        except demo.AlreadySeeded as problem:
            raise CannotSeed(str(problem)) from None


async def _explain(settings: Settings, search: str) -> list[str]:
    import main as application
    from fhir_server.interactions.dispatch import answer
    from fhir_server.interactions.operations.explain import lines

    type, _, query = search.partition("?")
    request = FhirRequest("GET", (type, "$explain"), tuple(parse_qsl(query, keep_blank_values=True)))
    async with application.open_record(settings) as record:
        try:
            return lines((await answer(request, record)).resource or {})
        except FhirError as problem:
            raise CannotExplain(str(problem)) from None


async def _reindex(settings: Settings, types: tuple[str, ...], *, verify: bool) -> int:
    import main as application
    from fhir_server import reindexing

    scope = reindexing.Scope(types, ",".join(types) or "all", verify)
    async with application.open_record(settings) as record:
        tallies = await record.reindex(scope, partial(_progress, "checking" if verify else "reindexing"))
    for line in reindexing.lines(tallies, verify=verify):
        print(line)
    return int(any(tally.refused or (verify and tally.drifted) for tally in tallies))


async def _verify_audit(settings: Settings) -> int:
    import main as application
    from fhir_server.audit import verify

    copy = copied(settings.audit_heads_file, settings.audit_key_file)
    gc.collect()
    gc.freeze()  # else the collector walks through all that is loaded, again and again: half of the time
    async with application.open_store(settings) as store:
        progress = partial(_progress, "verifying the audit trail")
        report = await verify.verify(store.audit_trail(), copy, progress)
    for line in verify.lines(report):
        print(line)
    return int(bool(report.findings))


def _progress(what: str, done: int, total: int) -> None:
    if not sys.stderr.isatty():
        return
    filled = 30 * done // max(total, 1)
    end = "\n" if done >= total else ""
    print(f"\r{what} [{'#' * filled:<30}] {done}/{total}", end=end, file=sys.stderr, flush=True)


def _serve_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (RSUD_HOST)")
    parser.add_argument("--port", help="TCP port to listen on (RSUD_PORT)")
    parser.add_argument("--workers", help="number of server processes (RSUD_WORKERS)")
    parser.add_argument("--demo", action="store_true", help="seed the demo hospital when the database is empty")
    parser.add_argument("--open", action="store_true", help="switch authentication off; loopback addresses only")
    _data_dir_flag(parser)


def _seed_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--patients", dest="demo_patients", metavar="N", help="number of patients")
    parser.add_argument("--seed", type=int, default=DEMO_SEED, metavar="S", help="the same number, the same hospital")
    parser.add_argument(
        "--today",
        type=date.fromisoformat,
        default=None,
        metavar="DATE",
        help="the day that the records end at",
    )
    _data_dir_flag(parser)


def _explain_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("search", metavar="SEARCH", help='such as "Patient?name=siti"')
    _data_dir_flag(parser)


def _reindex_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--verify", action="store_true", default=False, help="change nothing, tell what has drifted")
    parser.add_argument(
        "--type",
        dest="types",
        action="append",
        choices=resource_types(),
        default=[],
        metavar="T",
        help="only this resource type; may be given several times",
    )
    _data_dir_flag(parser)


def _verify_audit_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--heads", dest="audit_heads", metavar="FILE", help="the signed copy (RSUD_AUDIT_HEADS)")
    parser.add_argument("--key", dest="audit_key", metavar="FILE", help="the key that signed it (RSUD_AUDIT_KEY)")
    _data_dir_flag(parser)


def _data_dir_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", help="folder of the embedded MongoDB (RSUD_DATA_DIR)")


COMMANDS = {
    "serve": Command("serve the FHIR record over HTTP", _serve_flags, serve),
    "seed": Command("add a demo hospital to the database", _seed_flags, seed),
    "reindex": Command("compute anew what searches look at", _reindex_flags, reindex),
    "user": Command("the accounts of staff, patients and those who act for them", user_commands.flags, accounts),
    "bpjs-user": Command("the accounts with which BPJS asks for bookings", bpjs_commands.flags, accounts),
    "client": Command("the apps and systems that may use the server", client_commands.flags, apps),
    "keys": Command("the keys that sign id_tokens", key_commands.flags, apps),
    "policy": Command("tell which role may do what", policy_command.flags, policy),
    "verify-audit": Command("look for what was changed in the audit trail", _verify_audit_flags, verify_audit),
    "explain": Command("tell how a search is carried out", _explain_flags, explain),
}


def _parser() -> argparse.ArgumentParser:
    # A flag that is not given must leave its environment variable alone: hence no defaults for them.
    parser = argparse.ArgumentParser(prog="rsud", description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(
            name, help=command.summary, description=command.summary, argument_default=argparse.SUPPRESS
        )
        command.flags(subparser)
        subparser.set_defaults(command=command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
