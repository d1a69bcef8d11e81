"""Which portal a call was made for: its address may be another one's later.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "logged_call", sa.Column("member_id", sa.String(length=64), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("logged_call", "member_id")
