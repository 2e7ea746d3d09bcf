"""Indexes for a merchant's figures and for what needs a person; who put the set-up list away

Revision: 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_orders_paid", "orders", ["org_id", "test_mode", "paid_at"])
    op.create_index("ix_orders_created", "orders", ["org_id", "test_mode", "created_at"])
    op.create_index("ix_refunds_created", "refunds", ["org_id", "created_at"])
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("setup_hidden_at", sa.DateTime(timezone=True), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_column("setup_hidden_at")
    op.drop_index("ix_refunds_created", "refunds")
    for name in ("created", "paid"):
        op.drop_index(f"ix_orders_{name}", "orders")
