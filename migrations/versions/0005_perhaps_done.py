"""What an action would have done whose answer never came.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("action", sa.Column("perhaps", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("action", "perhaps")
