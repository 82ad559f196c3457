"""Invariants of Questionnaire and QuestionnaireResponse. https://hl7.org/fhir/R4/questionnaire.html#invs"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from resources.validation.rules.values import Rule, distinct, has, not_both, rows
from resources.validation.scope import Json, Scope

WITH_LENGTH = ("boolean", "decimal", "integer", "string", "text", "url", "open-choice")
WITH_OPTIONS = ("choice", "open-choice", "decimal", "integer", "date", "dateTime", "time", "string", "quantity")


def _link_ids(value: Json) -> Iterator[str]:
    waiting = rows(value, "item")
    while waiting:
        item = waiting.pop()
        if "linkId" in item:
            yield item["linkId"]
        waiting.extend(rows(item, "item"))


def _unique_links(value: Json, scope: Scope) -> bool:
    return distinct(_link_ids(value))


def _group_has_items(value: Json, scope: Scope) -> bool:
    kind = value.get("type")
    return (kind != "group" or has(value, "item")) and (kind != "display" or not has(value, "item"))


def _not_for(kinds: tuple[str, ...], *names: str) -> Rule:
    return lambda value, scope: value.get("type") not in kinds or not any(has(value, name) for name in names)


def _exists_operator(value: Json, scope: Scope) -> bool:
    return value.get("operator") != "exists" or "answerBoolean" in value


def _length(value: Json, scope: Scope) -> bool:
    return value.get("type", "string") in WITH_LENGTH or not has(value, "maxLength")


def _options(value: Json, scope: Scope) -> bool:
    return value.get("type", "choice") in WITH_OPTIONS or not (
        has(value, "answerValueSet") or has(value, "answerOption")
    )


def _behaviour(value: Json, scope: Scope) -> bool:
    return len(rows(value, "enableWhen")) <= 2 or has(value, "enableBehavior")


def _repeats(value: Json, scope: Scope) -> bool:
    return value.get("repeats") is True or len(rows(value, "initial")) <= 1


RULES: Mapping[str, Rule] = {
    "que-1": _group_has_items,
    "que-2": _unique_links,
    "que-3": _not_for(("display",), "code"),
    "que-4": not_both("answerOption", "answerValueSet"),
    "que-5": _options,
    "que-6": _not_for(("display",), "required", "repeats"),
    "que-7": _exists_operator,
    "que-8": _not_for(("group", "display"), "initial"),
    "que-9": _not_for(("display",), "readOnly"),
    "que-10": _length,
    "que-11": not_both("answerOption", "initial"),
    "que-12": _behaviour,
    "que-13": _repeats,
    "qrs-1": not_both("answer", "item"),
}
