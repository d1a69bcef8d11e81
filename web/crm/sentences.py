"""Sentences about pipelines and lists of the CRM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import BadInputCode
from boards.core.model import Denial, Notice
from boards.crm.model import BOARD_KEY
from web.core.sentences import Sentences, notice_count, register_sentences

WHY: Mapping[Denial, Any] = {
    Denial.CRM_READ_ONLY: _l("Only administrators of the CRM may change its pipelines and lists."),
    Denial.NO_CRM: _l("You have no access to the CRM of this portal."),
    Denial.CRM_SCOPE_MISSING: _l("The app has no permission for the CRM of this portal."),
    Denial.CRM_START_STAGE: _l("New items begin in this stage, so it stays."),
    Denial.CRM_SUCCESS_STAGE: _l("A pipeline needs its success stage, so it stays."),
    Denial.CRM_LAST_FAILURE: _l("A pipeline needs at least one failure stage, so the last one stays."),
}

FIELD: Mapping[str, Any] = {
    "items_moved": _l("Items moved"),
    "items_returned": _l("Items brought back"),
    "order": _l("Order"),
    "code": _l("Code"),
    "status_id": _l("Code"),
    "semantic": _l("Group of stages"),
    "forced": _l("Confirmation"),
    "draft": _l("Dialog"),
    "targets": _l("Pipelines"),
    "all": _l("All pipelines"),
    "palette": _l("Palette"),
    "success": _l("Success"),
    "failure": _l("Failure"),
    "finals": _l("Color the success and failure stages too"),
    "source": _l("Copy from"),
    "what": _l("What to copy"),
}

KIND: Mapping[Kind, Any] = {
    Kind.CRM_ORDER: _l("CRM: order changed"),
    Kind.CRM_RENAME: _l("CRM: renamed"),
    Kind.CRM_RECOLOR: _l("CRM: recolored"),
    Kind.CRM_COPY: _l("CRM: copied from another pipeline"),
    Kind.CRM_ADD: _l("CRM: added"),
    Kind.CRM_DELETE: _l("CRM: deleted"),
    Kind.CRM_RESTORE: _l("CRM: brought back"),
    Kind.CRM_ITEMS_MOVE: _l("CRM: items moved"),
}

CHANGE: Mapping[Kind, Any] = {
    Kind.CRM_ORDER: _l("Changed the order of “%(label)s”"),
    Kind.CRM_RENAME: _l("Renamed “%(label)s”"),
    Kind.CRM_RECOLOR: _l("Changed the colors of “%(label)s”"),
    Kind.CRM_COPY: _l("Copied from another pipeline to “%(label)s”"),
    Kind.CRM_ADD: _l("Added “%(label)s”"),
    Kind.CRM_DELETE: _l("Deleted “%(label)s”"),
    Kind.CRM_RESTORE: _l("Brought back “%(label)s”"),
    Kind.CRM_ITEMS_MOVE: _l("Moved items out of “%(label)s”"),
}

SAID_OTHERWISE: Mapping[str, str] = {"title": "name", "moved": "items_moved", "returned": "items_returned"}
"""Fields that are called otherwise than on a board of tasks."""

NOTICE: Mapping[NoticeCode, Any] = {
    NoticeCode.CRM_RESULT_UNCHECKED: _l("Done, but how it is now could not be read. Load the page again."),
    NoticeCode.CRM_CODE_CANNOT_RETURN: _l(
        "This cannot be undone: the portal takes no new entry with a code like that."
    ),
    NoticeCode.CRM_NO_SYSTEM_ROW: _l("It is back, but no longer as one of the system's own."),
    NoticeCode.CRM_VALUE_NOT_TAKEN: _l("The portal did not take all values. Check how it looks now."),
    NoticeCode.CRM_RULES_MAY_RUN: _l("Automation rules of the stage may have run for the items."),
}

BAD_INPUT: Mapping[BadInputCode, Any] = {
    BadInputCode.CODE_BLANK: _l("Enter a code."),
    BadInputCode.CODE_TOO_LONG: _l("At most %(limit)s characters; this has %(length)s."),
    BadInputCode.CODE_CHARACTERS: _l("Use Latin letters, digits, minus and underscore only."),
    BadInputCode.CODE_TAKEN: _l("The code “%(value)s” is taken already."),
    BadInputCode.SECOND_SUCCESS: _l("A pipeline has one success stage only, and there is one already."),
    BadInputCode.FORCED_NEEDED: _l(
        "This comes with the system. Confirm that it is to be deleted all the same."
    ),
}


def _not_all(notice: Notice) -> str:
    """How many stages of several stayed as they were."""
    count = notice_count(notice)
    text: str = ngettext("%(num)s stage could not be changed.", "%(num)s stages could not be changed.", count)
    return text


def _of_several(change: Change) -> str:
    """How many stages were changed in several directories."""
    count = int(change.after.get("count", 0))
    text: str = ngettext("Changed %(num)s stage of the CRM", "Changed %(num)s stages of the CRM", count)
    return text


register_sentences(
    Sentences(
        why=WHY,
        fields=FIELD,
        compared=("code", "order"),
        kinds=KIND,
        changes=CHANGE,
        change_texts=dict.fromkeys(CHANGE, _of_several),
        notices=NOTICE,
        notice_texts={NoticeCode.CRM_NOT_ALL: _not_all},
        bad_input=BAD_INPUT,
        fields_of_boards={BOARD_KEY: SAID_OTHERWISE},
    )
)
