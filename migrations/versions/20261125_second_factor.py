"""Second factor: codes of an app, and recovery codes

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_LIST = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("totp", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("totp_step", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("recovery", _LIST, nullable=True))
    op.execute("UPDATE users SET recovery = '[]'")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.alter_column("recovery", existing_type=_LIST, nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_column("recovery")
        batch_op.drop_column("totp_step")
        batch_op.drop_column("totp")
