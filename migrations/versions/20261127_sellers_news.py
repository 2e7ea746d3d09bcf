"""Gateways' calls about sellers, their payouts and transfers; when a seller was last seen

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# Reflected without the tables it refers to: orders has an index that SQLite's tools cannot read.
_ALONE = {"resolve_fks": False}


def upgrade() -> None:
    with op.batch_alter_table("inbound_events", reflect_kwargs=_ALONE) as batch_op:
        batch_op.alter_column("payment_id", existing_type=sa.String(length=40), nullable=True)
        batch_op.add_column(sa.Column("seller_id", sa.String(length=40), nullable=True))
        batch_op.add_column(
            sa.Column("about", sa.String(length=12), nullable=False, server_default="payment")
        )
        batch_op.create_foreign_key(
            op.f("fk_inbound_events_org_id_seller_id"),
            "sellers",
            ["org_id", "seller_id"],
            ["org_id", "id"],
            deferrable=True,
            initially="DEFERRED",
        )
        batch_op.create_check_constraint(
            op.f("ck_inbound_events_concerns_one"),
            "(payment_id IS NULL) <> (seller_id IS NULL)",
        )
    with op.batch_alter_table("inbound_events", reflect_kwargs=_ALONE) as batch_op:
        batch_op.alter_column("about", existing_type=sa.String(length=12), server_default=None)
    with op.batch_alter_table("sellers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sellers", schema=None) as batch_op:
        batch_op.drop_column("seen_at")
    op.execute("DELETE FROM inbound_events WHERE payment_id IS NULL")
    with op.batch_alter_table("inbound_events", reflect_kwargs=_ALONE) as batch_op:
        batch_op.drop_constraint(op.f("ck_inbound_events_concerns_one"), type_="check")
        batch_op.drop_constraint(op.f("fk_inbound_events_org_id_seller_id"), type_="foreignkey")
        batch_op.drop_column("about")
        batch_op.drop_column("seller_id")
        batch_op.alter_column("payment_id", existing_type=sa.String(length=40), nullable=False)
