"""Why held money was not freed on its date: the gateway could not be asked

Revision: 0029, after 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("holds", sa.Column("held_up", sa.String(length=300), nullable=True))


def downgrade() -> None:
    op.drop_column("holds", "held_up")
