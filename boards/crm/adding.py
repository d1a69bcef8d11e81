"""Adding a row to a directory."""

from __future__ import annotations

from b24.client import Client
from boards.core.change import Kind
from boards.core.checks import require_title
from boards.core.colors import require_color
from boards.core.model import Actor
from boards.core.outcome import Outcome
from boards.crm.changes import read_directory
from boards.crm.codes import require_code, taken_codes
from boards.crm.insertion import NEW, insert
from boards.crm.jobs import insertion_change
from boards.crm.model import CrmOutcome, CrmStage, Directory, Semantic, StageResult


def add_stage(
    client: Client,
    actor: Actor,
    entity_id: str,
    name: str,
    status_id: str,
    color: str,
    after_id: int,
    semantic: Semantic | str = Semantic.PROCESS,
    *,
    seen: Directory | None = None,
) -> CrmOutcome:
    """Add a row behind another one (0: at the front of its group); color "" is none, plain lists have none.

    `seen`: the directory as the person saw it; one HTTP request with it, two without. Only if its answer gets
    lost, or the place was taken meanwhile, there is one more. BadInput for a bad name, color or code, for a
    code that is taken and for a second success stage.
    """
    del actor
    directory = seen or read_directory(client, entity_id)
    wanted = CrmStage(
        id=NEW,
        status_id=directory.prefix + require_code(entity_id, status_id, taken_codes(directory)),
        name=require_title(name, "name"),
        sort=0,
        semantic=Semantic(semantic) if directory.has_semantics else Semantic.PROCESS,
        entity_id=entity_id,
        raw_color=require_color(color) if color and directory.has_colors else "",
    )
    inserted = insert(client, directory, wanted, after_id)
    result = StageResult(inserted.stage.id, None, inserted.stage.name, entity_id)
    return Outcome(insertion_change(inserted, Kind.CRM_ADD), (inserted.now,), (result,))
