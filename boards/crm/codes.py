"""STATUS_ID from a name: Latin letters, short enough, not taken (behaviour.md §6.4); pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from boards.core.errors import BadInput, BadInputCode
from boards.crm.kinds import bare_code, kind_of
from boards.crm.model import Directory

_ALLOWED = re.compile(r"[A-Za-z0-9_-]+")
_OTHER = re.compile(r"[^A-Z0-9]+")

# Each letter followed by how it is written in Latin ones.
_CYRILLIC = (
    "аa бb вv гg дd еe ёe жzh зz иi йy кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ "
    "ыy ь эe юyu яya іi їyi єye ґg ўu әa ғg қk ңn өo ұu үu һh"
)
_LATIN = {
    "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "å": "a", "ł": "l", "đ": "d",
    "ð": "d", "þ": "th", "ı": "i", "&": " and ", "№": " no ",
}  # fmt: skip
_LETTERS = {pair[0]: pair[1:] for pair in _CYRILLIC.split()} | _LATIN


def suggest_code(name: str, directory: Directory) -> str:
    """A code for a new row of that name, without the prefix: allowed, short enough and not taken.

    What cannot be written in Latin letters is left out; a name without any gives STAGE or VALUE.
    """
    fallback = "STAGE" if directory.has_semantics else "VALUE"
    limit = directory.facts.code_limit
    plain = cut(latin(name) or fallback, limit)
    taken = taken_codes(directory)
    code, number = plain, 1
    while code.upper() in taken:
        number += 1
        tail = f"_{number}"
        code = cut(plain, limit - len(tail)) + tail
    return code


def latin(name: str) -> str:
    """A name in A–Z, 0–9 and underscores; "" when nothing of it can be written so."""
    spelled = "".join(_LETTERS.get(sign, sign) for sign in unicodedata.normalize("NFC", name).lower())
    bare = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode().upper()
    return _OTHER.sub("_", bare).strip("_")


def cut(code: str, limit: int) -> str:
    """The code within the limit, at a word's end where one is near."""
    if len(code) <= limit:
        return code
    head = code[:limit]
    words = head.rpartition("_")[0] if code[limit] != "_" else head
    return (words if len(words) * 2 > limit else head).strip("_")


def taken_codes(directory: Directory) -> frozenset[str]:
    """The codes of a directory, without prefix and in upper case: the portal's database ignores case."""
    return frozenset(stage.code.upper() for stage in directory.stages)


def require_code(entity_id: str, code: str, taken: Iterable[str] = (), field: str = "status_id") -> str:
    """The code without its directory's own prefix, if it may be one; BadInput otherwise.

    `taken`: codes as `taken_codes` gives them.
    """
    kind = kind_of(entity_id)
    plain = code.strip().removeprefix(kind.prefix)
    if not plain:
        raise BadInput(field, BadInputCode.CODE_BLANK)
    if len(plain) > kind.code_limit:
        raise BadInput(field, BadInputCode.CODE_TOO_LONG, limit=kind.code_limit, length=len(plain))
    if not _ALLOWED.fullmatch(plain):
        raise BadInput(field, BadInputCode.CODE_CHARACTERS)
    if plain.upper() in set(taken):
        raise BadInput(field, BadInputCode.CODE_TAKEN, value=plain)
    return plain


def is_code(entity_id: str, status_id: str) -> bool:
    """Whether a row with that STATUS_ID could be added; rows of the system may have stranger ones."""
    try:
        require_code(entity_id, bare_code(status_id))
    except BadInput:
        return False
    return True
