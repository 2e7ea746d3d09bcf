"""Replaced secrets that still count for a while

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("credential_notes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("previous", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("credential_notes", schema=None) as batch_op:
        batch_op.drop_column("previous_until")
        batch_op.drop_column("previous")
