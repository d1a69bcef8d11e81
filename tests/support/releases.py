"""Older releases of the app, taken from the history of its repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from tests.support.servers import ROOT

VERSIONS = "migrations/versions"


class HistoryError(Exception):
    """The release cannot be had here; the text says why."""


@dataclass(frozen=True)
class Release:
    """The last commit before the tables changed: `revision` is what its own migrations lead to."""

    revision: str
    commit: str
    root: Path = ROOT

    def unpack(self, folder: Path) -> Path:
        """Its files, as they were committed, in a new folder; that folder."""
        folder.mkdir()
        with tarfile.open(
            fileobj=io.BytesIO(_git(self.root, "archive", "--format=tar", self.commit))
        ) as tree:
            tree.extractall(folder, filter="data")
        return folder


def revisions() -> list[str]:
    """Of the tables, from the oldest to the newest."""
    return [one.revision for one in _scripts()]


def release_before(revision: str, root: Path = ROOT) -> Release:
    """The newest commit that does not have this migration yet. HistoryError where there is none to be had.

    `root` is where the repository lies.
    """
    known = {one.revision: one for one in _scripts()}
    step, before = known[revision], known[str(known[revision].down_revision)]
    history = _git(root, "log", "-1", "--diff-filter=A", "--format=%H", "HEAD", "--", _path(step))
    added = history.decode().strip()
    # A migration that is not committed yet: what is committed is the release before.
    commit = _git(root, "rev-parse", "--verify", f"{added}^" if added else "HEAD").decode().strip()
    there = _git(root, "ls-tree", "--name-only", commit, f"{VERSIONS}/").decode().split()
    if _path(before) not in there or _path(step) in there:
        raise HistoryError(f"the history here does not reach back to the release before {revision}")
    return Release(before.revision, commit, root)


@cache
def _scripts() -> tuple[Script, ...]:
    """The migrations of the present release, oldest first."""
    scripts = ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini")))
    return tuple(scripts.walk_revisions())[::-1]


def _path(script: Script) -> str:
    return f"{VERSIONS}/{Path(script.path).name}"


def _git(root: Path, *arguments: str) -> bytes:
    """What git prints. HistoryError when it cannot, or is not installed."""
    try:
        return subprocess.run(
            ["git", "-C", str(root), *arguments], check=True, capture_output=True, timeout=60
        ).stdout
    except FileNotFoundError:
        raise HistoryError("git is not installed") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()
        raise HistoryError(f"git {arguments[0]}: {said}") from None
