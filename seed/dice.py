"""Chance that falls the same way every time: one source of numbers for each thing that is decided by it."""

from __future__ import annotations

from random import Random


def dice(*purpose: str | int) -> Random:
    """dice(seed, "person", 12): its own numbers, whatever else was drawn before."""
    return Random("/".join(map(str, purpose)))  # noqa: S311 - a demo, not a secret
