"""Which tasks changed in the portal lately.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "task_news",
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("task_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Float(precision=53), nullable=False),
        sa.Column("own_user_id", sa.Integer(), nullable=False),
        sa.Column("own_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "task_id", name="pk_task_news"),
    )
    op.create_index("ix_task_news_member_id", "task_news", ["member_id", "at"])


def downgrade() -> None:
    op.drop_table("task_news")
