"""The notices name every package that comes along, with a license and its text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.notices import ROOT, collect, is_text, joined, of_distribution, of_npm_package, pinned


def test_every_pinned_package_is_there_with_a_license_and_its_text() -> None:
    notices = {notice["name"].lower().replace("_", "-").replace(".", "-"): notice for notice in collect()}
    names = pinned((ROOT / "requirements.txt").read_text())
    names += json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert len(names) > 20
    assert {name.lower().replace(".", "-") for name in names} == set(notices)
    assert [name for name, notice in notices.items() if not notice["license"] or not notice["text"]] == []


def test_what_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no-such-package"):
        of_distribution("no-such-package")
    with pytest.raises(SystemExit, match="no-such-package"):
        of_npm_package("no-such-package", tmp_path)


@pytest.mark.parametrize("name", ["LICENSE", "LICENCE.md", "COPYING.LESSER", "NOTICE", "LICENSE_zstd.txt"])
def test_texts_are_known_by_their_names(name: str) -> None:
    assert is_text(name)


@pytest.mark.parametrize("name", ["README.md", "licenses.py", "license.js", "METADATA"])
def test_other_files_are_no_texts(name: str) -> None:
    assert not is_text(name)


def test_the_same_text_is_there_once(tmp_path: Path) -> None:
    for name, text in (("a", "MIT\n"), ("b", "MIT"), ("c", "Apache")):
        (tmp_path / name).write_text(text)
    assert joined([tmp_path / name for name in "abcd"]) == "MIT\n\nApache"
