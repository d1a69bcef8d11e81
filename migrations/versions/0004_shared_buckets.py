"""How full each portal's bucket is, for all processes.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bucket",
        sa.Column("endpoint", sa.String(length=500), nullable=False),
        sa.Column("empty_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("endpoint", name="pk_bucket"),
    )


def downgrade() -> None:
    op.drop_table("bucket")
