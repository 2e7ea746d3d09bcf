"""Since when a gateway is being asked for a refund

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

from app.kit.orm import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asking_since", UtcDateTime(timezone=True), nullable=True))
    # Whether these were asked for was only guessed before: look for them first.
    op.execute("UPDATE refunds SET asking_since = created_at WHERE status = 'requested'")


def downgrade() -> None:
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.drop_column("asking_since")
