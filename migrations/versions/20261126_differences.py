"""Find quickly what a person has to look at; what a gateway said about a payment

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NEEDS_A_PERSON = sa.text("attention IS NOT NULL")
_UNKNOWN = sa.text("status = 'unknown'")
_UNDECIDED = sa.text("status IN ('unknown', 'failed')")


def upgrade() -> None:
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
    _index("ix_orders_attention", "orders", "id", _NEEDS_A_PERSON)
    _index("ix_payments_unknown", "payments", "order_id", _UNKNOWN)
    _index("ix_refunds_undecided", "refunds", "order_id", _UNDECIDED)
    op.create_index("ix_inbound_events_payment", "inbound_events", ["org_id", "payment_id"])


def _index(name: str, table: str, column: str, only: sa.TextClause) -> None:
    op.create_index(name, table, ["org_id", column], postgresql_where=only, sqlite_where=only)


def downgrade() -> None:
    op.drop_index("ix_inbound_events_payment", "inbound_events")
    op.drop_index("ix_refunds_undecided", "refunds")
    op.drop_index("ix_payments_unknown", "payments")
    op.drop_index("ix_orders_attention", "orders")
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.drop_column("looked_at")
