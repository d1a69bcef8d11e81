"""Which request of a person a call to the portal belonged to.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "logged_call", sa.Column("request_id", sa.String(length=64), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("logged_call", "request_id")
