"""The whole authority matrix at once, as its page sends it: every grid, and what classes are by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from app.automation.authority.operations import Cell, choose_class, is_as_seen, save_limits
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Refused
from app.kernel.language import Text
from app.records.authority import Subject


@dataclass(frozen=True, slots=True)
class SentGrid:
    """The grid of a subject as it was sent: what stands in its cells, and of which version."""

    subject: Subject
    texts: Mapping[Cell, str]
    version: int | None


@dataclass(frozen=True, slots=True)
class SentClass:
    """The field by which records of a type are told apart, and the one that stood there."""

    kind: str
    field: str
    was: str


def save_matrix(by: Actor, grids: Iterable[SentGrid], classes: Iterable[SentClass]) -> None:
    """Keep all that was changed, or nothing: one refusal tells all that is wrong.

    A grid that stands as it was shown is left alone, whatever others made of it meanwhile. Errors
    are named `limit.<role>.<subject>.<class>` and `class.<type>`; of what others changed meanwhile
    `version.<subject>` and `was.<type>` too, as only there what stands now has been told. What
    customers are told apart by is changed last, as another field forgets the limits by class.
    """
    found: list[tuple[Answer, Mapping[str, Text | str]]] = []
    for grid in grids:
        if is_as_seen(by, grid.subject, grid.texts, grid.version):
            continue
        answer = _refusal(partial(save_limits, by, grid.subject, grid.texts, grid.version))
        if answer is not None:
            found.append((answer, _named(grid, answer)))
    for one in classes:
        if one.field == one.was:
            continue
        answer = _refusal(partial(choose_class, by, one.kind, one.field, one.was))
        if answer is not None:
            heads = ("class", "was") if isinstance(answer, Conflict) else ("class",)
            found.append((answer, {f"{head}.{one.kind}": answer.message for head in heads}))
    if not found:
        return
    errors = {name: text for _answer, named in found for name, text in named.items()}
    answers = [answer for answer, _named in found]
    kind = Conflict if all(isinstance(one, Conflict) for one in answers) else Refused
    raise kind(answers[0].message, errors=errors)


def _named(grid: SentGrid, answer: Answer) -> Mapping[str, Text | str]:
    """The errors of a grid under the names of the whole matrix; one of none stands beside it."""
    key = grid.subject.key
    named = {f"version.{key}": answer.message} if isinstance(answer, Conflict) else {}
    if not answer.errors:
        return {key: answer.message, **named}
    return named | {
        f"limit.{role}.{key}.{its}": text
        for name, text in answer.errors.items()
        for role, its in (name.removeprefix("limit.").split(".", 1),)
    }


def _refusal(work: Callable[[], None]) -> Answer | None:
    try:
        work()
    except (Refused, Conflict) as answer:
        return answer
    return None
