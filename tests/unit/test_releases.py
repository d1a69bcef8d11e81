"""Older releases out of the history: the right one, or a reason why there is none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.releases import VERSIONS, HistoryError, release_before, revisions
from tests.support.servers import ROOT


def clone(target: Path, *options: str) -> Path:
    subprocess.run(["git", "clone", "-q", *options, ROOT.as_uri(), str(target)], check=True)
    return target


def migrations(tree: Path) -> list[str]:
    return sorted(one.name[:4] for one in (tree / VERSIONS).glob("[0-9]*.py"))


def has_history() -> bool:
    try:
        return bool(release_before(revisions()[-1]))
    except HistoryError:
        return False


needs_history = pytest.mark.skipif(not has_history(), reason="there is no history here")


@needs_history
def test_a_release_has_the_migrations_up_to_its_own(tmp_path: Path) -> None:
    for before, step in zip(revisions()[:-1], revisions()[1:], strict=True):
        release = release_before(step)
        assert release.revision == before
        assert migrations(release.unpack(tmp_path / step))[-1] == before


@needs_history
def test_while_a_migration_is_not_committed_the_last_commit_is_the_release_before(tmp_path: Path) -> None:
    place = clone(tmp_path / "clone")
    before, step = revisions()[-2:]
    git = ["git", "-C", str(place), "-c", "user.name=x", "-c", "user.email=x@example.com"]
    earlier = release_before(step).commit
    subprocess.run([*git, "checkout", "-q", earlier], check=True)
    found = release_before(step, place)
    assert (found.revision, found.commit) == (before, earlier)


@needs_history
def test_a_shallow_clone_says_that_it_has_no_history(tmp_path: Path) -> None:
    place = clone(tmp_path / "clone", "--depth", "1")
    with pytest.raises(HistoryError, match="rev-parse"):
        release_before(migrations(place)[-1], place)  # the newest that is committed


def test_a_folder_without_a_repository_says_so(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="not a git repository"):
        release_before(revisions()[-1], tmp_path)
