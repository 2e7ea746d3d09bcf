"""Filters of the list of orders that each person keeps

Revision: 0023, after 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.add_column(sa.Column("saved_filters", JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.alter_column("saved_filters", existing_type=JSON, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_column("saved_filters")
