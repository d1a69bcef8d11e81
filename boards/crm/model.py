"""What the CRM's directories are made of. Plain values; templates read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any

import msgspec

from boards.core.model import CardResult, Denial, Notice
from boards.core.outcome import Outcome
from boards.crm.kinds import DirectoryKind, bare_code, kind_of

BOARD_KEY = "crm:"
SEVERAL = "crm"
"""`Change.board_key` of something done to several directories at once."""


class Semantic(StrEnum):
    """What a stage means for the things in it."""

    PROCESS = "process"
    SUCCESS = "success"
    FAILURE = "failure"

    @property
    def letter(self) -> str:
        """As `crm.status.add` takes it; "" for in progress (behaviour.md §6.4)."""
        return {"success": "S", "failure": "F"}.get(self.value, "")

    @classmethod
    def from_letter(cls, letter: str) -> Semantic:
        return {"S": cls.SUCCESS, "F": cls.FAILURE}.get(letter, cls.PROCESS)


GROUPS = (Semantic.PROCESS, Semantic.SUCCESS, Semantic.FAILURE)
"""In the order in which the portal shows them."""


class Access(StrEnum):
    """What the person may do with the CRM's directories."""

    WRITE = "write"
    READ = "read"
    NONE = "none"
    SCOPE_MISSING = "scope_missing"


@dataclass(frozen=True)
class CrmStage:
    """A row of a directory. `color`: six upper-case hex digits or "" for none; `raw_color` as stored."""

    id: int
    status_id: str
    name: str
    sort: int
    color: str = ""
    semantic: Semantic = Semantic.PROCESS
    system: bool = False
    entity_id: str = ""
    raw_color: str = ""

    @property
    def code(self) -> str:
        """STATUS_ID without its pipeline's prefix."""
        return bare_code(self.status_id)


@dataclass(frozen=True)
class Directory:
    """One ENTITY_ID: a pipeline's stages, or a plain list.

    `stages` stand as the portal shows them: in progress, success, failure, in each by SORT. `start_code` is
    the STATUS_ID that new things get, "" where the portal does not say. `known`: the portal lists it; rows
    of a pipeline that is gone are there all the same.
    """

    entity_id: str
    name: str
    stages: tuple[CrmStage, ...] = ()
    start_code: str = ""
    known: bool = True

    @property
    def facts(self) -> DirectoryKind:
        return kind_of(self.entity_id)

    @property
    def kind(self) -> str:
        """ "pipeline" or "list"."""
        return "pipeline" if self.facts.is_pipeline else "list"

    @property
    def entity_type_id(self) -> int | None:
        return self.facts.entity_type_id

    @property
    def category_id(self) -> int | None:
        return self.facts.category_id

    @property
    def prefix(self) -> str:
        """What every STATUS_ID begins with, the colon included; "" for nothing."""
        return self.facts.prefix

    @property
    def has_colors(self) -> bool:
        return self.facts.is_pipeline

    @property
    def has_semantics(self) -> bool:
        return self.facts.is_pipeline

    @property
    def board_key(self) -> str:
        """How the journal names it."""
        return f"{BOARD_KEY}{self.entity_id}"

    def group(self, semantic: Semantic) -> tuple[CrmStage, ...]:
        """The stages of one group, in order."""
        return tuple(stage for stage in self.stages if stage.semantic == semantic)

    @property
    def groups(self) -> tuple[tuple[Semantic, tuple[CrmStage, ...]], ...]:
        """The groups in order, empty ones too."""
        return tuple((semantic, self.group(semantic)) for semantic in GROUPS)

    @property
    def misordered(self) -> bool:
        """Whether SORT contradicts the groups or has equals: the portal accepts that (behaviour.md §6.5)."""
        sorts = [stage.sort for stage in self.stages]
        return any(above >= below for above, below in pairwise(sorts))

    @property
    def start(self) -> CrmStage | None:
        """The stage in which things begin."""
        named = self.by_status_id(self.start_code) if self.start_code else None
        return named or next(iter(self.group(Semantic.PROCESS)), None)

    def find(self, stage_id: int) -> CrmStage | None:
        return next((stage for stage in self.stages if stage.id == stage_id), None)

    def by_status_id(self, status_id: str) -> CrmStage | None:
        return next((stage for stage in self.stages if stage.status_id == status_id), None)

    def without(self, stage_id: int) -> Directory:
        """The directory as it is when that row is gone."""
        return replace(self, stages=tuple(stage for stage in self.stages if stage.id != stage_id))

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(stage.id for stage in self.stages)


def ordered(stages: Iterable[CrmStage]) -> tuple[CrmStage, ...]:
    """Stages as the portal shows them."""
    return tuple(sorted(stages, key=lambda stage: (GROUPS.index(stage.semantic), stage.sort, stage.id)))


@dataclass(frozen=True)
class Overview:
    """All directories. With access none or scope_missing there are none to see."""

    access: Access
    directories: tuple[Directory, ...] = ()

    @property
    def may_write(self) -> bool:
        return self.access == Access.WRITE

    @property
    def why_not_write(self) -> Denial | None:
        """Why the person only reads, or does not even that."""
        return {
            Access.READ: Denial.CRM_READ_ONLY,
            Access.NONE: Denial.NO_CRM,
            Access.SCOPE_MISSING: Denial.CRM_SCOPE_MISSING,
        }.get(self.access)

    @property
    def pipelines(self) -> tuple[Directory, ...]:
        return tuple(directory for directory in self.directories if directory.kind == "pipeline")

    @property
    def lists(self) -> tuple[Directory, ...]:
        return tuple(directory for directory in self.directories if directory.kind == "list")

    def find(self, entity_id: str) -> Directory | None:
        return next((found for found in self.directories if found.entity_id == entity_id), None)

    def search(self, text: str) -> Overview:
        """The directories that are called like that or have such a stage; case does not count."""
        wanted = fold(text)
        if not wanted:
            return self
        found = (directory for directory in self.directories if _called(directory, wanted))
        return replace(self, directories=tuple(found))


def fold(text: str) -> str:
    """Text as names are compared: without case and surplus blanks."""
    return " ".join(text.split()).casefold()


def _called(directory: Directory, wanted: str) -> bool:
    return wanted in fold(directory.name) or any(wanted in fold(stage.name) for stage in directory.stages)


@dataclass(frozen=True)
class RowChange:
    """A row that was added or deleted: the directory before and now, the row itself, and what to know."""

    before: Directory
    now: Directory
    stage: CrmStage
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class StageResult(CardResult):
    """What became of one stage of a change: `task_id` is the number of its row, `title` its name.

    `error` is None when it is as it was wanted.
    """

    entity_id: str = ""

    @property
    def stage_id(self) -> int:
        """The number of the row."""
        return self.task_id


CrmOutcome = Outcome[tuple[Directory, ...]]
"""Of an action in the CRM. `now`: the directories concerned as they are now, none where they were not read.

`results`: one `StageResult` per row that was to change; of work that moves items, one `CardResult` per item.
"""


def stages_by_id(directories: Iterable[Directory]) -> dict[int, CrmStage]:
    """The rows of all directories, by their numbers."""
    return {stage.id: stage for directory in directories for stage in directory.stages}


def only_directory(outcome: CrmOutcome) -> Directory | None:
    """The one directory of an action on one; None when it could not be read again."""
    return outcome.now[0] if outcome.now else None


def by_directory(results: Iterable[StageResult]) -> dict[str, tuple[StageResult, ...]]:
    """The results by ENTITY_ID."""
    found: dict[str, tuple[StageResult, ...]] = {}
    for result in results:
        found[result.entity_id] = (*found.get(result.entity_id, ()), result)
    return found


class RowEdit(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """New values of a row, or those that a page showed; None for what does not matter.

    `color` is written as it is given; it counts as the same with and without "#" and in any case.
    """

    name: str | None = None
    sort: int | None = None
    color: str | None = None

    def values(self) -> dict[str, Any]:
        """What is given, by field."""
        return {field: value for field, value in msgspec.structs.asdict(self).items() if value is not None}


@dataclass(frozen=True)
class PlannedChange:
    """One change of a preview: `what` ("title", "color", "position") of a stage before and after."""

    entity_id: str
    stage_id: int
    name: str
    what: str
    before: Any
    after: Any
    edit: RowEdit
