"""What an app asks for, scope by scope, in plain words, and which narrower choices there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from auth import scopes
from auth.pages.words import ACTIONS, CATEGORIES, EVERYTHING, OFFERED, type_name
from auth.scopes import ANY, Scope
from resources.issues import Text

IDENTITY = ("openid", "fhirUser", "profile")
STAYING = {
    "offline_access": Text(
        "Stay connected also when you are not using it, until you remove it",
        "Tetap terhubung walau tidak sedang dipakai, sampai Anda mencabutnya",
    ),
    "online_access": Text(
        "Stay connected while you are signed in here",
        "Tetap terhubung selama Anda masih masuk di sini",
    ),
}
WHO_YOU_ARE = Text("Know your name and who you are here", "Mengetahui nama Anda dan siapa Anda di sini")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that an app asks for. `value`: the scopes it stands for, with spaces; `title`: which data; `actions`:
    what may be done with them; `level`: patient or user; `narrower`: parts that may be chosen in its place."""

    value: str
    kind: Literal["data", "identity", "staying"]
    title: Text
    actions: Text | None = None
    level: str = ""
    narrower: tuple[Choice, ...] = ()


def choices(asked: str) -> list[Choice]:
    """The choices for a scope as it was asked for. What only tells the app its context is no choice."""
    words = scopes.words(asked)
    found = [_data(word, scope, words) for word in words if (scope := scopes.read(word)) is not None]
    if identity := " ".join(word for word in words if word in IDENTITY):
        found.append(Choice(identity, "identity", WHO_YOU_ARE))
    return [*found, *(Choice(word, "staying", text) for word, text in STAYING.items() if word in words)]


def context_words(asked: str) -> list[str]:
    """The scopes that only tell the app for which patient and encounter it is opened."""
    return [word for word in scopes.words(asked) if word.partition("/")[0] == "launch"]


def granted(asked: str, ticked: list[str]) -> str:
    """The scope that a person's ticks give. Where a part is ticked, the whole that it is a part of is not meant.

    Raises InvalidScope for a tick that was not offered."""
    chosen = {word for value in ticked for word in scopes.words(value)}
    for choice in choices(asked):
        if any(part.value in chosen for part in choice.narrower):
            chosen.discard(choice.value)
    if not chosen:
        return ""
    ordered = [word for choice in choices(asked) for part in (choice, *choice.narrower) for word in part.value.split()]
    unknown = [word for word in chosen if word not in ordered]
    return scopes.narrowed(asked, [*(word for word in ordered if word in chosen), *unknown, *context_words(asked)])


def _data(word: str, scope: Scope, asked: tuple[str, ...]) -> Choice:
    title = EVERYTHING if scope.type == ANY else type_name(scope.type)
    parts = tuple(part for part in _narrower(word, scope) if part.value not in asked)
    return Choice(word, "data", _restricted(title, scope), _actions(scope), scope.level, parts)


def _narrower(word: str, scope: Scope) -> Iterator[Choice]:
    if scope.type == ANY:
        for type in OFFERED:
            yield Choice(str(replace(scope, type=type)), "data", type_name(type))
    for part in scopes.choices(word):
        narrow = scopes.read(part)
        if narrow is not None:
            yield Choice(part, "data", _restriction_words(narrow))


def _restricted(title: Text, scope: Scope) -> Text:
    if not scope.restrictions:
        return title
    only = _restriction_words(scope)
    en, id = (f"{text[:1].lower()}{text[1:]}" for text in only)
    return Text(f"{title.en}: only {en}", f"{title.id}: hanya {id}")


def _restriction_words(scope: Scope) -> Text:
    values = sorted(value for row in scope.restrictions for value in row.values)
    codes = [value.rpartition("|")[2] for value in values]
    texts = [CATEGORIES.get(code) or Text(code, code) for code in codes]
    return Text(", ".join(text.en for text in texts), ", ".join(text.id for text in texts))


def _actions(scope: Scope) -> Text:
    done = [text for letters, text in ACTIONS.items() if set(letters) & set(scope.permissions)]
    done.sort(key=lambda text: text.en != "see")
    return Text(", ".join(text.en for text in done), ", ".join(text.id for text in done))
