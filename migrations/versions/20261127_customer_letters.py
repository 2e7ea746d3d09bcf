"""Which letters an organization's customers get

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    # None for those who are there already: nobody chose that their customers be written to.
    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("customer_letters", JSON, nullable=False, server_default="[]")
        )
    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.alter_column("customer_letters", existing_type=JSON, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.drop_column("customer_letters")
