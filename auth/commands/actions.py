"""What `rsud user`, `client` and `keys` have in common: actions, each answer of which is one JSON object on a line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]


def action(actions: Any, name: str, summary: str, run: object) -> argparse.ArgumentParser:
    """The parser of an action, which comes as `action`."""
    parser: argparse.ArgumentParser = actions.add_parser(
        name, help=summary, description=summary, argument_default=argparse.SUPPRESS
    )
    parser.set_defaults(action=run)
    parser.add_argument("--data-dir", help="folder of the embedded MongoDB (RSUD_DATA_DIR)")
    return parser


def printed(rows: Iterable[Row]) -> int:
    """The exit status."""
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))
    return 0
