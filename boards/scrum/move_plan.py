"""The batches of a move: what is read, what is written, and what came of it.

Usually everything is read first and then written. Where that would take a third request, the writes start
in the first batch, made from what the page knew; what turns out to be otherwise is put right in the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from b24.client import BATCH_SIZE, Answer, BatchAnswer, Client, Command
from b24.errors import Refused
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from b24.methods import stages as stage_calls
from b24.methods import tasks as task_calls
from b24.methods.tasks import TaskRow
from boards.core.batches import PackedAnswer, chunks, read_then_write, send_packed
from boards.core.errors import LeftTeam, NoScrumRecord
from boards.core.model import BoardRef, TaskStatus
from boards.core.tasks import to_status
from boards.scrum.items import FIELDS
from boards.scrum.model import ColumnType, FactsAnswer, ItemFacts, ItemResult, SprintColumn
from boards.scrum.planning import fact_commands, read_points
from boards.scrum.reading import read_backlog_id, read_columns, read_sprints

BACKLOG, OPEN, ACTIVE, COLUMNS, TASKS, BEFORE = "backlog", "open", "active", "columns", "tasks_", "before_"
OFF, SET, PUT, STEP, AGAIN = "off_", "set_", "put_", "step_", "again_"
PHASES = (OFF, SET, PUT, STEP)
READS = 4  # commands of the first batch beside the lists of tasks and the facts
PAGE_SIZE = 50
WRITES_PER_ITEM = 3
FIRST_COLUMN = f"$result[{COLUMNS}][0][id]"

Seen = Mapping[int, ItemFacts]


@dataclass(frozen=True)
class Move:
    """An item on its way to a list. `sort` None: as it is. `stage_id`: its column in the active sprint."""

    task_id: int
    entity_id: int
    sort: float | None = None
    stage_id: int = 0


@dataclass(frozen=True)
class Place:
    """Where an item is before the move. `stage_id` means something in the active sprint only."""

    entity_id: int
    stage_id: int = 0
    status: TaskStatus = TaskStatus.PENDING


@dataclass(frozen=True)
class Lists:
    """The lists of the team as they are: where items may go, and the active sprint with its columns."""

    targets: frozenset[int] = frozenset()
    active_id: int = 0
    columns: tuple[SprintColumn, ...] = ()


def column_for(columns: Sequence[SprintColumn], status: TaskStatus, stage_id: int = 0) -> int:
    """Where a task goes on a sprint's board: its old column, else FINISH when completed, else the default.

    A completed task in any other column would be renewed (§3.7). 0 when the sprint has no columns.
    """
    done = status == TaskStatus.COMPLETED
    wanted = ColumnType.FINISH if done else ColumnType.NEW
    fitting = [column for column in columns if (column.type is ColumnType.FINISH) == done]
    own = [column for column in fitting if column.id == stage_id]
    usual = [column for column in columns if column.type is wanted]
    return next((column.id for column in (*own, *usual, *columns)), 0)


class ItemMove:
    """One move of some items. `read`, then `write`, then ask for results."""

    def __init__(self, ref: BoardRef, moves: Sequence[Move], seen: Seen, active_id: int) -> None:
        self.ref = ref
        self.moves = moves
        self.seen = seen
        self.lists = Lists(active_id=active_id)
        self.places: dict[int, Place] = {}
        self.rows: dict[int, TaskRow] = {}
        self.facts = FactsAnswer()
        self.lost = False
        self.early = self._guess()
        self.parts: list[BatchAnswer] = []
        self.later = PackedAnswer()

    # --- the first batch ---
    def _guess(self) -> dict[str, Command]:
        """Writes that go out with the first batch; none when two batches are enough without."""
        assumed = {task_id: Place(facts.entity_id) for task_id, facts in self.seen.items()}
        if not self.lists.active_id or any(move.task_id not in assumed for move in self.moves):
            return {}
        whole = self._plan(self.moves, assumed, FIRST_COLUMN)
        room = BATCH_SIZE - READS - len(list(self._pages()))
        return dict(list(whole.items())[:room]) if BATCH_SIZE < len(whole) <= BATCH_SIZE + room else {}

    def _pages(self) -> Iterable[Sequence[int]]:
        return chunks([move.task_id for move in self.moves], PAGE_SIZE)

    def _reads(self) -> dict[str, Command]:
        commands = {
            BACKLOG: scrum_calls.get_backlog(self.ref.group_id),
            OPEN: sprint_calls.list_open_sprints(self.ref.group_id),
            ACTIVE: sprint_calls.list_active_sprints(self.ref.group_id),
            COLUMNS: scrum_calls.get_columns(f"$result[{ACTIVE}][0][id]"),
        }
        for index, part in enumerate(self._pages()):
            wanted = {"ID": list(part)}
            commands[f"{TASKS}{index}"] = task_calls.list_tasks(wanted, order={"ID": "ASC"}, select=FIELDS)
        room = BATCH_SIZE - len(commands) - len(self.early)
        return commands | fact_commands([move.task_id for move in self.moves][: max(room, 0)], BEFORE)

    def read(self, client: Client) -> None:
        """The first request. Raises what the portal says to the lists (AccessDenied …)."""
        answer = self._send_first(client, self._reads() | self.early)
        self.parts.append(answer)
        sprints = read_sprints(answer[OPEN])
        active = read_sprints(answer.get(ACTIVE))
        active_id = active[0].id if active else 0
        targets = {sprint.id for sprint in sprints} | {read_backlog_id(answer, BACKLOG)}
        columns = read_columns(answer.get(COLUMNS)) if active_id else ()
        self.lists = Lists(frozenset(targets - {0}), active_id, columns)
        self.facts = read_points(answer, BEFORE)
        for index, _ in enumerate(self._pages()):
            page = answer.get(f"{TASKS}{index}")
            self.rows |= {row.id: row for row in (task_calls.parse_list(page) if page else ())}
        self.places = {task_id: self._place(row) for task_id, row in self.rows.items()}

    def _send_first(self, client: Client, commands: Mapping[str, Command]) -> BatchAnswer:
        """Pure reading may be repeated blindly; with writes in it, a repeat would read what we wrote.

        So does a reading that goes on with an earlier try.
        """
        if not self.early:
            self.lost = client.answer_lost
            return client.batch(commands, halt=False)
        answer, self.lost = read_then_write(client, commands, halt=False)
        return answer

    def _place(self, row: TaskRow) -> Place:
        fact = self.facts.facts.get(row.id)
        entity_id = fact.entity_id if fact else row.sprint_id or row.backlog_id
        if self.lost and row.id in self.seen:
            entity_id = self.seen[row.id].entity_id
        return Place(entity_id, row.stage_id, to_status(row.status))

    # --- the writes ---
    def write(self, client: Client) -> None:
        """All that is left to write; one request for up to 50 commands, none for nothing."""
        commands = self._late()
        if commands:
            self.later = send_packed(client, commands)

    def _late(self) -> dict[str, Command]:
        staying = [move for move in self.moves if not self._without_list(move)]
        fitting = [move for move in staying if not self.early or self._as_assumed(move)]
        others = [move for move in staying if move not in fitting]
        planned = self._plan(fitting, self.places, None)
        due = {key: command for key, command in planned.items() if key not in self.early}
        again = self._plan([self._afresh(move) for move in others], self._fresh_places(others), None)
        repairs = {f"{AGAIN}{key}": command for key, command in (self._undone(others) | again).items()}
        without_list = [move for move in self.moves if self.early and self._without_list(move)]
        return due | repairs | self._undone(without_list) | self._restored(without_list)

    def _as_assumed(self, move: Move) -> bool:
        place = self.places.get(move.task_id)
        return place is None or place.entity_id == self.seen[move.task_id].entity_id

    def _afresh(self, move: Move) -> Move:
        """A move that goes back to the column the task really had, if it was on the board already."""
        return replace(move, stage_id=self.places[move.task_id].stage_id)

    def _fresh_places(self, moves: Iterable[Move]) -> dict[int, Place]:
        """Where they are, after the places that were given too early are taken back."""
        places = {move.task_id: self.places[move.task_id] for move in moves}
        return {
            task_id: replace(place, entity_id=0) if f"{PUT}{task_id}" in self.early else place
            for task_id, place in places.items()
        }

    def _undone(self, moves: Iterable[Move]) -> dict[str, Command]:
        """Takes places on the board back that were given too early."""
        return {
            f"{OFF}{move.task_id}": scrum_calls.take_off_board(move.entity_id, move.task_id)
            for move in moves
            if f"{PUT}{move.task_id}" in self.early
        }

    def _restored(self, moves: Iterable[Move]) -> dict[str, Command]:
        """Tasks of other projects, back into the list they were in: the portal would not have refused."""
        return {
            f"{AGAIN}{SET}{move.task_id}": scrum_calls.update_item(move.task_id, entity_id=place.entity_id)
            for move in moves
            if (place := self.places.get(move.task_id)) and place.entity_id
        }

    def _plan(
        self, moves: Iterable[Move], places: Mapping[int, Place], column: str | None
    ) -> dict[str, Command]:
        """The writes of some moves, phase by phase. `column`: what to write where columns are not known."""
        plan: dict[str, dict[str, Command]] = {phase: {} for phase in PHASES}
        for move in moves:
            place = places.get(move.task_id, Place(0))
            for phase, command in self._steps(move, place, column).items():
                plan[phase][f"{phase}{move.task_id}"] = command
        return {key: command for phase in PHASES for key, command in plan[phase].items()}

    def _steps(self, move: Move, place: Place, column: str | None) -> dict[str, Command]:
        active_id, task_id = self.lists.active_id, move.task_id
        changes_list = place.entity_id != move.entity_id
        steps: dict[str, Command] = {}
        if active_id and place.entity_id == active_id and changes_list:
            steps[OFF] = scrum_calls.take_off_board(active_id, task_id)
        if changes_list or move.sort is not None:
            steps[SET] = scrum_calls.update_item(task_id, entity_id=move.entity_id, sort=move.sort)
        if active_id and move.entity_id == active_id and changes_list:
            stage_id = column or column_for(self.lists.columns, place.status, move.stage_id)
            if stage_id:
                steps[PUT] = scrum_calls.put_on_board(active_id, task_id, stage_id)
                steps[STEP] = stage_calls.move_task(task_id, stage_id)
        return steps

    # --- what came of it ---
    def before(self, task_id: int) -> ItemFacts | None:
        """The item before: as read, else as the page saw it."""
        read = None if self.lost else self.facts.facts.get(task_id)
        found = read or self.seen.get(task_id) or self.facts.facts.get(task_id)
        place = self.places.get(task_id)
        if place is None or not place.entity_id:
            return found
        return replace(found or ItemFacts("", 0, 0, 0.0), entity_id=place.entity_id)

    def is_place_unknown(self, move: Move) -> bool:
        """Whether the item may be where it was read only since our own first attempt put it there."""
        place = self.places.get(move.task_id)
        written = place is not None and place.entity_id == move.entity_id
        return self.lost and move.task_id not in self.seen and written

    def result(self, move: Move) -> ItemResult:
        """What became of one item."""
        title = self.rows[move.task_id].title if move.task_id in self.rows else ""
        refusal = self._without_list(move)
        if refusal:
            return ItemResult(move.task_id, refusal, title, offer_record=isinstance(refusal, NoScrumRecord))
        error = self._error(move)
        facts = self.before(move.task_id)
        if facts and not error:
            sort = facts.sort if move.sort is None else move.sort
            facts = replace(facts, entity_id=move.entity_id, sort=sort)
        return ItemResult(move.task_id, error, title, facts)

    def off_board(self) -> int:
        """How many items came into the active sprint without getting a place on its board."""
        came = [move for move in self.moves if self._entered(move) and self.result(move).error is None]
        return sum(not self._on_board(move) for move in came)

    def _entered(self, move: Move) -> bool:
        place = self.places.get(move.task_id)
        into = move.entity_id == self.lists.active_id
        return into and place is not None and place.entity_id != move.entity_id

    def _on_board(self, move: Move) -> bool:
        answer = self._answer(f"{STEP}{move.task_id}")
        return answer is not None and scrum_calls.is_done(answer.result)

    def _without_list(self, move: Move) -> Exception | None:
        """Why the item must not be moved: another project's, or no scrum record."""
        row = self.rows.get(move.task_id)
        if row is not None and row.group_id != self.ref.group_id:
            return LeftTeam(move.task_id)
        unplaced = row is not None and not self.places[row.id].entity_id
        return NoScrumRecord(move.task_id) if unplaced or move.task_id in self.facts.missing else None

    def _error(self, move: Move) -> Exception | None:
        key = f"{SET}{move.task_id}"
        answer = self._answer(key)
        if answer is not None:
            return None if scrum_calls.is_done(answer.result) else Refused("FALSE", status=200)
        place = self.places.get(move.task_id)
        if place and place.entity_id == move.entity_id and move.sort is None:
            return None  # it was there already
        early = next((part.errors[key] for part in self.parts if key in part.errors), None)
        return early or self.later.error(key)

    def _answer(self, key: str) -> Answer | None:
        early = next((part[key] for part in self.parts if key in part), None)
        return self.later.get(f"{AGAIN}{key}") or self.later.get(key) or early
