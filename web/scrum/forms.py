"""What the planning page sends along: items, and the facts about them as it shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from boards.scrum.model import ItemFacts
from web.core.forms import JSON, Form, Id, Ids

FactsByItem = Annotated[dict[Id, tuple[str, Id, Id, float]], JSON]
"""Items as the page shows them, {"17": [points, epic, list, sort]}."""
PointsByItem = Annotated[dict[Id, str], JSON]
"""Points as text, {"17": "5"}."""


class ItemsForm(Form, frozen=True, kw_only=True):
    """The items (tasks) that something is done to."""

    task_ids: Ids = ()


def seen_facts(seen: Mapping[int, tuple[str, int, int, float]]) -> dict[int, ItemFacts]:
    """The facts of a `FactsByItem`."""
    return {task_id: ItemFacts(*facts) for task_id, facts in seen.items()}
