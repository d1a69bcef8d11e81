"""The first tables.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _portals()
    _sessions()
    _journal()
    _actions()
    _jobs()
    _worker()
    _small_things()


def _portals() -> None:
    op.create_table(
        "portal",
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("client_endpoint", sa.String(length=500), nullable=False),
        sa.Column("auth_server", sa.String(length=300), nullable=False),
        sa.Column("installed", sa.Boolean(), nullable=False),
        sa.Column("app_status", sa.String(length=8), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("application_token_sealed", sa.Text(), nullable=False),
        sa.Column("installer_id", sa.Integer(), nullable=False),
        sa.Column("installed_at", sa.Float(precision=53), nullable=False),
        sa.Column("changed_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name="pk_portal"),
    )
    op.create_table(
        "token_pair",
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("access_sealed", sa.Text(), nullable=False),
        sa.Column("refresh_sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Float(precision=53), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.Float(precision=53), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "user_id", name="pk_token_pair"),
    )


def _sessions() -> None:
    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=300), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("expires_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_session"),
        sa.UniqueConstraint("token_hash", name="uq_user_session_token_hash"),
    )
    op.create_index("ix_user_session_expires_at", "user_session", ["expires_at"])
    op.create_index("ix_user_session_member_id", "user_session", ["member_id"])


def _journal() -> None:
    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=300), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("board_key", sa.String(length=32), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_journal_entry"),
    )
    op.create_index("ix_journal_entry_board", "journal_entry", ["member_id", "board_key", "id"])
    op.create_index("ix_journal_entry_portal", "journal_entry", ["member_id", "id"])


def _actions() -> None:
    op.create_table(
        "stage_alias",
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("old_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("new_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "old_id", name="pk_stage_alias"),
    )
    op.create_table(
        "action",
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "user_id", "request_key", name="pk_action"),
    )
    op.create_index("ix_action_started_at", "action", ["started_at"])


def _jobs() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("board_key", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("lease_until", sa.Float(precision=53), nullable=False),
        sa.Column("created_at", sa.Float(precision=53), nullable=False),
        sa.Column("changed_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_member_id", "job", ["member_id"])


def _worker() -> None:
    op.create_table(
        "queued_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("payload_sealed", sa.Text(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.Float(precision=53), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queued_event"),
    )
    op.create_index("ix_queued_event_due_at", "queued_event", ["due_at"])
    op.create_index("ix_queued_event_member_id", "queued_event", ["member_id"])
    op.create_table(
        "logged_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("endpoint", sa.String(length=300), nullable=False),
        sa.Column("method", sa.String(length=120), nullable=False),
        sa.Column("commands", sa.JSON(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=120), nullable=False),
        sa.Column("milliseconds", sa.Float(precision=53), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_logged_call"),
    )
    op.create_index("ix_logged_call_at", "logged_call", ["at"])


def _small_things() -> None:
    op.create_table(
        "preference",
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "user_id", "key", name="pk_preference"),
    )
    op.create_table(
        "memo",
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "user_id", "key", name="pk_memo"),
    )
    op.create_index("ix_memo_expires_at", "memo", ["expires_at"])


def downgrade() -> None:
    for name in (
        "portal",
        "token_pair",
        "user_session",
        "journal_entry",
        "stage_alias",
        "action",
        "job",
        "queued_event",
        "logged_call",
        "preference",
        "memo",
    ):
        op.drop_table(name)
