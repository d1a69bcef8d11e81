"""The theme a person chooses stays theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.person import Person
from tests.support.servers import Sandbox

Opener = Callable[..., Person]


def test_a_choice_is_there_at_the_next_opening_and_only_for_its_person(
    open_as: Opener, installed: Sandbox
) -> None:
    member = open_as("member")
    assert 'data-theme="auto"' in member.html
    with installed.recording() as seen:
        assert member.post("/theme", theme="dark").status_code == 204
    assert seen.http == 0
    assert 'data-theme="dark"' in open_as("member", group=installed.main_group_id).html
    assert '<option value="dark" selected>' in open_as("member").html
    assert 'data-theme="auto"' in open_as("owner").html
    member.post("/theme", theme="auto")
    assert 'data-theme="auto"' in open_as("member").html


@pytest.mark.parametrize("theme", ["", "DARK", '" onload="', "x" * 5000])
def test_what_is_no_theme_is_refused(open_as: Opener, theme: str) -> None:
    member = open_as("member")
    assert member.post("/theme", theme=theme).status_code == 400
    assert 'data-theme="auto"' in open_as("member").html


def test_no_theme_without_a_session(open_as: Opener) -> None:
    member = open_as("member")
    member.token = "no-such-token"
    assert member.post("/theme", theme="dark").status_code == 401
