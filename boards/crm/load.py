"""Opening the CRM: everything in one batch, counts of items in one more.

`crm.status.list` gives all rows of all directories at once (behaviour.md §6.2). No method tells the right to
change them; `status_probe` asks for it without changing anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from b24.client import Answer, BatchAnswer, Client, Command
from b24.errors import AccessDenied, Refused, ScopeMissing
from b24.methods import crm as crm_calls
from b24.methods.crm import CategoryRow, EntityTypeRow, StatusRow
from boards.core.batches import send_packed
from boards.core.model import Actor
from boards.crm.kinds import DEAL, INVOICE, kind_of
from boards.crm.model import Access, CrmStage, Directory, Overview, Semantic, ordered

STATUSES, TYPES, PIPELINES, PROBE = "c_statuses", "c_types", "c_pipelines_", "c_probe"
COUNT = "c_count_"
NAMED_BY_CATEGORY = (DEAL, INVOICE)
"""Kinds whose pipelines are not (well) named by `entity.types`."""


def overview_commands(actor: Actor) -> dict[str, Command]:
    """Everything the CRM page needs, in 5 commands with keys of their own ("c_…"); must not halt."""
    del actor
    return {
        STATUSES: crm_calls.status_list(),
        **naming_commands(NAMED_BY_CATEGORY),
        PROBE: crm_calls.status_probe(f"$result[{STATUSES}][0][ID]"),
    }


def read_overview(answer: BatchAnswer, actor: Actor) -> Overview:
    """The overview of that batch. Somebody without CRM, or without the scope, gets an empty one that says so.

    Raises what else the portal said to the list of rows.
    """
    del actor
    try:
        rows = crm_calls.parse_statuses(answer[STATUSES].result)
    except ScopeMissing:
        return Overview(Access.SCOPE_MISSING)
    except AccessDenied:
        return Overview(Access.NONE)
    directories = to_directories(to_stages(rows), *read_naming(answer.answers))
    return Overview(_access(answer), directories)


def load_overview(client: Client, actor: Actor) -> Overview:
    """All directories; exactly one HTTP request."""
    return read_overview(client.batch(overview_commands(actor), halt=False), actor)


def _access(answer: BatchAnswer) -> Access:
    """Refused: the person only reads. Any other failure says nothing about rights: the portal will decide."""
    return Access.READ if isinstance(answer.errors.get(PROBE), Refused) else Access.WRITE


# --- names ---
def naming_commands(entity_type_ids: Sequence[int]) -> dict[str, Command]:
    """What it takes to name directories of these kinds."""
    pipelines = {
        f"{PIPELINES}{kind}": crm_calls.category_list(kind)
        for kind in entity_type_ids
        if kind in NAMED_BY_CATEGORY
    }
    return {TYPES: crm_calls.entity_types(), **pipelines}


def read_naming(
    answers: Mapping[str, Answer],
) -> tuple[tuple[crm_calls.EntityTypeRow, ...], tuple[crm_calls.CategoryRow, ...]]:
    """Kinds of directories and names of pipelines, as far as they were answered."""
    types = answers.get(TYPES)
    found: list[crm_calls.CategoryRow] = []
    for kind in NAMED_BY_CATEGORY:
        answer = answers.get(f"{PIPELINES}{kind}")
        found += crm_calls.parse_categories(answer.result) if answer else ()
    return (crm_calls.parse_entity_types(types.result) if types else ()), tuple(found)


def read_one(answer: BatchAnswer, key: str, entity_id: str) -> Directory:
    """One directory of a batch, with its name if that came along."""
    stages = to_stages(crm_calls.parse_statuses(answer[key].result, entity_id))
    types, categories = read_naming(answer.answers)
    mine = [type_row for type_row in types if type_row.entity_id == entity_id]
    found = to_directories(stages, mine, categories)
    return found[0] if found else Directory(entity_id, entity_id)


# --- counts ---
def load_counts(client: Client, actor: Actor, directory: Directory) -> dict[str, int]:
    """Items by STATUS_ID of a pipeline's stages, as far as the person sees them; one HTTP request.

    Stages whose count was refused are left out; a plain list has no items. More than 50 stages need more.
    """
    del actor
    if directory.entity_type_id is None:
        return {}
    commands = {
        f"{COUNT}{stage.id}": crm_calls.count_items(
            directory.entity_type_id, stage_id=stage.status_id, category_id=directory.category_id
        )
        for stage in directory.stages
    }
    return _totals(client, commands, {f"{COUNT}{stage.id}": stage.status_id for stage in directory.stages})


def load_totals(client: Client, actor: Actor, directories: Sequence[Directory]) -> dict[str, int]:
    """Items by ENTITY_ID of whole pipelines; one HTTP request for up to 50 of them, plain lists left out."""
    del actor
    keys, commands = {}, {}
    for index, directory in enumerate(directories):
        if directory.entity_type_id is not None:
            key = f"{COUNT}{index}"
            keys[key] = directory.entity_id
            commands[key] = crm_calls.count_items(directory.entity_type_id, category_id=directory.category_id)
    return _totals(client, commands, keys)


def _totals(client: Client, commands: Mapping[str, Command], names: Mapping[str, str]) -> dict[str, int]:
    if not commands:
        return {}
    packed = send_packed(client, commands)
    if all(packed.get(key) is None for key in commands):
        raise packed.error(next(iter(commands))) or AssertionError("no count and no error")
    found = {name: packed.get(key) for key, name in names.items()}
    return {name: answer.total or 0 for name, answer in found.items() if answer}


# Rows of the portal → directories and stages, and back into records of the journal.


def to_stage(row: StatusRow) -> CrmStage:
    """A stage of one row; a plain list knows no meanings."""
    meaning = Semantic.from_letter(row.semantics) if kind_of(row.entity_id).is_pipeline else Semantic.PROCESS
    return CrmStage(
        id=row.id,
        status_id=row.status_id,
        name=row.name,
        sort=row.sort,
        color=row.color,
        semantic=meaning,
        system=row.system,
        entity_id=row.entity_id,
        raw_color=row.raw_color,
    )


def to_stages(rows: Iterable[StatusRow]) -> dict[str, tuple[CrmStage, ...]]:
    """The stages of each directory, as the portal shows them."""
    found: dict[str, list[CrmStage]] = {}
    for row in rows:
        found.setdefault(row.entity_id, []).append(to_stage(row))
    return {entity_id: ordered(stages) for entity_id, stages in found.items()}


def to_directories(
    stages: Mapping[str, tuple[CrmStage, ...]],
    types: Sequence[EntityTypeRow],
    categories: Iterable[CategoryRow],
) -> tuple[Directory, ...]:
    """All directories: those the portal lists, in its order, and what else has rows."""
    names = {(category.entity_type_id, category.id): category.name for category in categories}
    listed = [
        Directory(
            entity_id=row.entity_id,
            name=_name(row, names),
            stages=stages.get(row.entity_id, ()),
            start_code=row.start_code,
        )
        for row in types
    ]
    known = {row.entity_id for row in types}
    rest = [
        Directory(entity_id, entity_id, own, known=False)
        for entity_id, own in sorted(stages.items())
        if entity_id not in known
    ]
    return (*listed, *rest)


def _name(row: EntityTypeRow, categories: Mapping[tuple[int, int], str]) -> str:
    """What people call it: the pipeline's own name for deals and invoices, which `types` does not give."""
    kind = kind_of(row.entity_id)
    own = ""
    if kind.entity_type_id is not None and kind.category_id is not None:
        own = categories.get((kind.entity_type_id, kind.category_id), "")
    return own or row.name or row.entity_id


def to_record(stages: Iterable[CrmStage]) -> list[dict[str, Any]]:
    """A directory for the journal: ids, names and colors in order."""
    return [{"id": stage.id, "title": stage.name, "color": stage.color} for stage in stages]
