"""What the call log may hold: names, ids, numbers."""

from __future__ import annotations

import pytest

from b24.redact import redacted, redacted_text


def test_secrets_and_texts_do_not_survive() -> None:
    params = {
        "auth": "token",
        "refresh_token": "r",
        "client_secret": "s",
        "code": "c",
        "fields": {
            "TITLE": "Salary of Anna",
            "RESPONSIBLE_ID": "7",
            "PRIORITY": 2,
            "TAGS": ["secret plan", "5"],
        },
        "isAdmin": True,
        "nothing": None,
    }
    assert redacted(params) == {
        "auth": "***",
        "refresh_token": "***",
        "client_secret": "***",
        "code": "***",
        "fields": {"TITLE": "text(14)", "RESPONSIBLE_ID": "7", "PRIORITY": 2, "TAGS": ["text(11)", "5"]},
        "isAdmin": True,
        "nothing": None,
    }


def test_batch_commands_are_taken_apart() -> None:
    params = {
        "halt": 1,
        "cmd": {
            "a": "task.stages.update?id=5&fields[TITLE]=Hidden%20plans&fields[AUTH]=x",
            "b": "tasks.task.list?filter[STAGE_ID]=%24result%5Bst%5D%5B0%5D%5BID%5D&order[ID]=asc"
            "&filter[%25TITLE]=$result[ann a]",
        },
    }
    assert redacted(params) == {
        "halt": 1,
        "cmd": {
            "a": {
                "method": "task.stages.update",
                "id": "5",
                "fields[TITLE]": "text(12)",
                "fields[AUTH]": "***",
            },
            "b": {
                "method": "tasks.task.list",
                "filter[STAGE_ID]": "$result[st][0][ID]",
                "order[ID]": "asc",
                "filter[%TITLE]": "text(14)",
            },
        },
    }


def test_names_of_fields_and_codes_may_be_read() -> None:
    params = {
        "select": ["ID", "UF_CRM_TASK", "two words"],
        "PLACEMENT": "TASK_VIEW_TAB",
        "cmd": {"a": "event.bind?event=ONTASKADD&select[0]=ID&TITLE=WORD"},
    }
    assert redacted(params) == {
        "select": ["ID", "UF_CRM_TASK", "text(9)"],
        "PLACEMENT": "TASK_VIEW_TAB",
        "cmd": {"a": {"method": "event.bind", "event": "ONTASKADD", "select[0]": "ID", "TITLE": "text(4)"}},
    }


def test_odd_values_become_their_type() -> None:
    assert redacted({"x": {1, 2}}) == {"x": "set"}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Access denied.", "Access denied."),
        ("You can't do it; it doesn't work.", "You can't do it; it doesn't work."),
        ('Stage "Salary of Anna" not found', "Stage text(14) not found"),
        ("Стадия «Оклад Анны» не найдена", "Стадия text(10) не найдена"),
        ("Phase „Gehalt“ fehlt, 'Lohn' auch", "Phase text(6) fehlt, text(4) auch"),
        ("Ask anna.ivanova@example.com.", "Ask address"),
        ("See https://x.example/rest/?auth=abc&id=5 now", "See https://x.example/rest/?*** now"),
        ("Token 5f2a9c0d5f2a9c0d5f2a is wrong", "Token *** is wrong"),
        ("Token AbCdEfGhIjKlMnOpQrSt is wrong", "Token *** is wrong"),
        ("Token%3D5f2a9c0d5f2a9c0d5f2a", "***"),
        (
            "tasks.api.scrum.backlog.get: ERROR_TASK_CREATE_ACCESS_DENIED",
            "tasks.api.scrum.backlog.get: ERROR_TASK_CREATE_ACCESS_DENIED",
        ),
        ("one\ntwo\x1b[31m\u202ethree\x00", "one two [31m three"),
        ("", ""),
    ],
)
def test_a_portals_words_lose_what_opens_doors_and_what_they_quote(said: str, kept: str) -> None:
    assert redacted_text(said) == kept


def test_a_portals_words_are_cut_to_a_line() -> None:
    cut = redacted_text("no " * 100_000)
    assert len(cut) == 300 and cut.endswith("…")
    assert redacted_text("abc", limit=3) == "abc" and redacted_text("abcd", limit=3) == "ab…"
