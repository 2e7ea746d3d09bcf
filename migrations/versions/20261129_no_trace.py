"""When a gateway was asked to move money, and when it showed nothing of it, too late to make it

Revision: 0032, after 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TABLES = ("releases", "reversals", "refunds", "payouts")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("asked_at", sa.DateTime(timezone=True)))
        op.add_column(table, sa.Column("no_trace_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "no_trace_at")
        op.drop_column(table, "asked_at")
