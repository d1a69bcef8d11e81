"""Undo recipes: what the journal keeps of the way back of a change.

A recipe is a frozen msgspec.Struct beside the action whose way back it is. Its tag (`op` in the JSON) and
its fields are the longest-lived format of the product: rows of older releases must be read and undone. So a
tag is never used for something else, a field that is added has a default, and a recipe that had to become
another one keeps its class, whose `run` calls the new one.

What an older release cannot read it leaves alone: an unknown tag, or fields that do not fit, become
`UnknownRecipe`, which is undone by nobody and is written back as it was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec

from b24.client import Client
from boards.core.errors import OfNewerRelease
from boards.core.ids import Resolve, resolved
from boards.core.model import Actor, BoardRef

if TYPE_CHECKING:
    from boards.core.change import Change
    from boards.core.jobs import Job
    from boards.core.outcome import Outcome

VERSION = 1
"""Of the recipes and of the change around them; a row with a greater one is of a newer release."""


@dataclass(frozen=True)
class UndoContext:
    """What a recipe is run with: who undoes which change.

    `resolve` is for recipes that replace their ids by hand (`Recipe.by_hand`); all others get theirs replaced
    before they are run.
    """

    actor: Actor
    change: Change
    resolve: Resolve

    @property
    def ref(self) -> BoardRef:
        """The board as kanban and scrum know it; a change without a board counts as one of My Planner."""
        return BoardRef.parse(self.change.board_key or "me")


class Recipe(msgspec.Struct, frozen=True, tag_field="op", forbid_unknown_fields=True):
    """The way back of a change. Subclasses say how it is run, or which job it is."""

    by_hand: ClassVar[bool] = False
    """Whether the recipe replaces its ids itself."""

    def run(self, client: Client, context: UndoContext) -> Outcome[Any]:
        """Take the change back, one HTTP request where possible; the outcome of a change like any other."""
        raise NotImplementedError

    def job(self, context: UndoContext) -> Job | None:
        """The way back as a job for `jobs.advance`, nothing is sent; None when it is none."""
        del context
        return None

    @property
    def size(self) -> int:
        """How many things it concerns; large ones step back for people."""
        return max((len(part) for part in _parts(self) if isinstance(part, list | tuple | dict)), default=1)

    @property
    def task_ids(self) -> frozenset[int]:
        """Tasks of boards that it will change and the change itself does not name."""
        return frozenset()

    def now(self, resolve: Resolve) -> Recipe:
        """The recipe with the ids that things have now."""
        return self if self.by_hand else resolved(self, resolve)


class UnknownRecipe:
    """A recipe of a newer release, as it was read."""

    size = 1

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnknownRecipe) and other.data == self.data

    def __hash__(self) -> int:
        return hash(str(self.data))

    def now(self, _resolve: Resolve) -> Recipe:
        """Always OfNewerRelease."""
        raise OfNewerRelease(f"way back {self.data.get('op')}")


RecipeT = TypeVar("RecipeT", bound=type[Recipe])

_RECIPES: dict[str, type[Recipe]] = {}


def recipe(known: RecipeT) -> RecipeT:
    """Class decorator: changes of the journal may have this recipe."""
    tag = str(known.__struct_config__.tag)
    if tag in _RECIPES:
        raise ValueError(f"two recipes {tag}")
    _RECIPES[tag] = known
    return known


def known_tags() -> frozenset[str]:
    """The tags of all recipes that this release can run."""
    return frozenset(_RECIPES)


def to_data(way_back: Recipe | UnknownRecipe) -> dict[str, Any]:
    """The recipe as JSON values; `from_data` gives it again."""
    if isinstance(way_back, UnknownRecipe):
        return way_back.data
    data: dict[str, Any] = msgspec.to_builtins(way_back, str_keys=True)
    return data


def from_data(data: dict[str, Any], version: int = VERSION) -> Recipe | UnknownRecipe:
    """What `to_data` wrote, in this release or an older one; `version` is that of the row."""
    known = _RECIPES.get(str(data.get("op")))
    if known is None or version > VERSION:
        return UnknownRecipe(data)
    try:
        return msgspec.convert(data, known, str_keys=True)
    except msgspec.ValidationError:
        return UnknownRecipe(data)


def _parts(value: msgspec.Struct) -> list[Any]:
    return [getattr(value, name) for name in value.__struct_fields__]
