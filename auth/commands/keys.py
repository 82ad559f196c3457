"""`rsud keys`: the keys that sign id_tokens. Each answer is one JSON object on a line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from auth import keys
from auth.commands.actions import Row, action
from auth.issuer import Issuer


def flags(parser: argparse.ArgumentParser) -> None:
    """The actions of `rsud keys` and their flags. The chosen action comes as `action`."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    action(actions, "list", "tell the published keys, the newest first, and which of them signs", published)
    rotating = action(actions, "rotate", "make the next key and publish it; it signs a day from now", rotate)
    rotating.add_argument(
        "--now",
        action="store_true",
        default=False,
        help="it signs at once: whoever checks a signature with a copy of the old key set must fetch it again",
    )


def published(_: argparse.Namespace, issuer: Issuer) -> Iterator[Row]:
    signing = keys.signing_key(issuer).kid
    for key in keys.present(issuer):
        yield {
            "kid": key.jwk["kid"],
            "signs": key.jwk["kid"] == signing,
            "made": key.made.isoformat(timespec="seconds"),
            "signs_from": keys.ripe_from(key).isoformat(timespec="seconds"),
        }


def rotate(options: argparse.Namespace, issuer: Issuer) -> Iterator[Row]:
    """What is published then. The old key stays until nothing that it signed is valid."""
    keys.rotate(issuer, at_once=options.now)
    yield from published(options, issuer)
