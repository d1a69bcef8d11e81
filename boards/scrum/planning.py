"""Opening the planning page: at most two HTTP requests, however long the lists are.

The first asks for the team and, by references to its sprints, for the first pages of the lists; the second
for the other pages, now that the totals are known, and fills up with the facts of the first items. A
reference past the end of the sprints resolves to nonsense; those are reads within this group, and their
answers are thrown away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from b24.client import BATCH_SIZE, Answer, BatchAnswer, Client, Command
from b24.errors import NotFound
from b24.methods import scrum as scrum_calls
from b24.methods import tasks as task_calls
from b24.methods.tasks import TaskRow
from boards.core.model import Actor, BoardRef
from boards.kanban.queries import OPEN as OPEN_STATUSES
from boards.scrum import reading as team_reading
from boards.scrum.model import FactsAnswer, Item, ItemFacts, ItemList, Planning, ScrumTeam, Sprint
from boards.scrum.reading import (
    in_order,
    people_of,
    read_sprints,
    read_team,
    team_commands,
    to_facts,
    to_item,
)

PAGE_SIZE = 50
BACKLOG_PAGES, SPRINTS_AT_FIRST = 2, 6
LIST_ORDER = {"ID": "ASC"}  # pages must not shift; the order people see is the items' own
BACKLOG_PAGE, SPRINT_PAGE, MORE, FACTS = "sc_backlog_", "sc_sprint_", "sc_more_", "sc_item_"


@dataclass
class _Pages:
    """What was read of one list."""

    rows: dict[int, TaskRow] = field(default_factory=dict)
    total: int = 0
    starts: set[int] = field(default_factory=set)

    def take(self, start: int, answer: Answer | None) -> None:
        if answer is None:
            return
        self.starts.add(start)
        self.rows |= {row.id: row for row in task_calls.parse_list(answer)}
        self.total = max(self.total, answer.total or 0, len(self.rows))

    @property
    def open_starts(self) -> list[int]:
        """Pages that are there and were not read; the first one if none was."""
        return [start for start in range(0, max(self.total, 1), PAGE_SIZE) if start not in self.starts]


def load_planning(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    known: Mapping[int, ItemFacts] | None = None,
    *,
    with_points: bool = True,
) -> Planning:
    """The planning page; one HTTP request, or two when lists are long or points are wanted and not known.

    `known`: facts from an earlier visit, shown until `load_points` corrects them. What room a second request
    leaves is used for the unknown ones, then to check the known ones (`Planning.fresh`). For a team that is
    closed to the person the lists are empty and `team.rights` says why; AuthError and the like are raised.
    """
    first = client.batch(planning_commands(ref, actor), halt=False)
    team = read_team(first, ref, actor)
    if team.closed:
        return Planning(team)
    pages = _first_pages(first, team)
    facts = FactsAnswer(dict(known or {}))
    commands = _rest(ref, team, pages)
    if with_points:
        wanted = sorted(
            (task_id for pile in pages.values() for task_id in pile.rows), key=facts.facts.__contains__
        )
        if commands or not set(wanted) <= facts.facts.keys():
            commands |= _fill(wanted, BATCH_SIZE - len(commands))
    fresh = FactsAnswer()
    if commands:
        second = client.batch(commands, halt=False)
        _take_rest(second, pages)
        fresh = read_points(second, FACTS)
    planning = _planning(team, pages, merge(facts, fresh))
    return replace(planning, fresh=frozenset(fresh.facts))


def planning_commands(ref: BoardRef, actor: Actor) -> dict[str, Command]:
    """The first batch of the page: the team and the first pages of its lists."""
    commands = team_commands(ref, actor)
    for index in range(BACKLOG_PAGES):
        backlog_id = f"$result[{team_reading.BACKLOG}][id]"
        commands[f"{BACKLOG_PAGE}{index}"] = list_backlog(ref, backlog_id, index * PAGE_SIZE)
    for index in range(SPRINTS_AT_FIRST):
        sprint_id = f"$result[{team_reading.OPEN}][{index}][id]"
        commands[f"{SPRINT_PAGE}{index}"] = list_sprint(ref, sprint_id, 0)
    return commands


def list_backlog(ref: BoardRef, backlog_id: int | str, start: int) -> Command:
    """A page of the backlog; what is completed is not shown there."""
    wanted = {"GROUP_ID": ref.group_id, "BACKLOG_ID": backlog_id, "REAL_STATUS": list(OPEN_STATUSES)}
    return task_calls.list_tasks(wanted, order=LIST_ORDER, select=task_calls.ITEM_FIELDS, start=start)


def list_sprint(ref: BoardRef, sprint_id: int | str, start: int) -> Command:
    """A page of a sprint's tasks, completed ones too."""
    wanted = {"GROUP_ID": ref.group_id, "SPRINT_ID": sprint_id}
    return task_calls.list_tasks(wanted, order=LIST_ORDER, select=task_calls.ITEM_FIELDS, start=start)


def load_more(client: Client, ref: BoardRef, entity_id: int, start: int, *, backlog: bool) -> ItemList:
    """A further page of a list that `load_planning` did not finish; one HTTP request."""
    pages = _Pages()
    lister = list_backlog if backlog else list_sprint
    pages.take(start, client.call(lister(ref, entity_id, start)))
    items = tuple(to_item(row, entity_id, None) for row in pages.rows.values())
    following = start + PAGE_SIZE
    return ItemList(entity_id, None, items, pages.total, following if following < pages.total else None)


def load_points(client: Client, actor: Actor, task_ids: Iterable[int]) -> FactsAnswer:
    """Points, epic, list and sort of up to 50 items; one HTTP request, ValueError above 50."""
    del actor  # the client already speaks for the person
    wanted = tuple(dict.fromkeys(task_ids))
    if len(wanted) > BATCH_SIZE:
        raise ValueError(f"at most {BATCH_SIZE} items at once, not {len(wanted)}")
    return (
        read_points(client.batch(_fill(wanted, BATCH_SIZE), halt=False), FACTS) if wanted else FactsAnswer()
    )


def read_points(answer: BatchAnswer, prefix: str) -> FactsAnswer:
    """The facts under keys "<prefix><task id>"; a task without a scrum record is `missing`."""
    found = {
        int(key.removeprefix(prefix)): to_facts(scrum_calls.parse_item(answer[key].result))
        for key in answer
        if key.startswith(prefix)
    }
    errors = {
        int(key.removeprefix(prefix)): error for key, error in answer.errors.items() if key.startswith(prefix)
    }
    missing = tuple(task_id for task_id, error in errors.items() if isinstance(error, NotFound))
    refused = {task_id: error for task_id, error in errors.items() if task_id not in missing}
    return FactsAnswer(found, missing, dict(refused))


def merge(old: FactsAnswer, new: FactsAnswer) -> FactsAnswer:
    """Both; the new facts replace the old ones."""
    return FactsAnswer(old.facts | new.facts, old.missing + new.missing, old.refused | new.refused)


def fact_commands(task_ids: Iterable[int], prefix: str = FACTS) -> dict[str, Command]:
    """One command per item."""
    return {f"{prefix}{task_id}": scrum_calls.get_item(task_id) for task_id in task_ids}


# --- the two batches ---
def _first_pages(answer: BatchAnswer, team: ScrumTeam) -> dict[int, _Pages]:
    """What the first batch brought, by list in the order of the page."""
    asked = [sprint.id for sprint in _asked_sprints(answer)]
    pages = {sprint.id: _Pages() for sprint in team.sprints}
    for index, sprint_id in enumerate(asked[:SPRINTS_AT_FIRST]):
        pages[sprint_id].take(0, answer.get(f"{SPRINT_PAGE}{index}"))
    if team.backlog_id:
        pages[team.backlog_id] = _Pages()
        for index in range(BACKLOG_PAGES):
            pages[team.backlog_id].take(index * PAGE_SIZE, answer.get(f"{BACKLOG_PAGE}{index}"))
    return pages


def _asked_sprints(answer: BatchAnswer) -> tuple[Sprint, ...]:
    """The sprints in the portal's own order: the references counted in that one."""
    return read_sprints(answer.get(team_reading.OPEN))


def _rest(ref: BoardRef, team: ScrumTeam, pages: Mapping[int, _Pages]) -> dict[str, Command]:
    """The pages that are still to be read, as many as fit into one batch."""
    commands = {
        f"{MORE}{entity_id}_{start}": (list_backlog if entity_id == team.backlog_id else list_sprint)(
            ref, entity_id, start
        )
        for entity_id, pile in pages.items()
        for start in pile.open_starts
    }
    return dict(list(commands.items())[:BATCH_SIZE])


def _take_rest(answer: BatchAnswer, pages: Mapping[int, _Pages]) -> None:
    for key in answer:
        if key.startswith(MORE):
            entity_id, start = (int(part) for part in key.removeprefix(MORE).split("_"))
            pages[entity_id].take(start, answer[key])


def _fill(task_ids: Iterable[int], room: int) -> dict[str, Command]:
    return fact_commands(list(task_ids)[: max(room, 0)])


def _planning(team: ScrumTeam, pages: Mapping[int, _Pages], facts: FactsAnswer) -> Planning:
    lists = tuple(_list(team, entity_id, pile, facts) for entity_id, pile in pages.items())
    people = people_of(item for items in lists for item in items.items)
    return Planning(replace(team, people=people), lists)


def _list(team: ScrumTeam, entity_id: int, pile: _Pages, facts: FactsAnswer) -> ItemList:
    items: list[Item] = [
        to_item(row, entity_id, facts.facts.get(row.id), missing=row.id in facts.missing)
        for row in pile.rows.values()
    ]
    return ItemList(
        entity_id=entity_id,
        sprint=team.sprint(entity_id),
        items=in_order(items),
        total=pile.total,
        next_start=min(pile.open_starts, default=None),
    )
