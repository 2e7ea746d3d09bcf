"""What the customer's bank took of a payment, whether it has decided, and when that was asked

Revision: 0030, after 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_TAKEN = """
    UPDATE payments SET
        is_contested = (
            SELECT h.is_charged_back FROM holds h
            WHERE h.org_id = payments.org_id AND h.order_id = payments.order_id
            AND h.payment_id = payments.id
        ),
        taken_minor = coalesce(
            (
                SELECT sum(
                    CASE j.kind WHEN 'chargeback' THEN l.amount_minor ELSE -l.amount_minor END
                )
                FROM ledger_lines l
                JOIN ledger_journals j ON j.org_id = l.org_id AND j.id = l.journal_id
                WHERE j.org_id = payments.org_id AND j.order_id = payments.order_id
                AND j.kind IN ('chargeback', 'chargeback_won')
            ),
            0
        )
    WHERE id IN (SELECT payment_id FROM holds WHERE payment_id IS NOT NULL)
"""


def upgrade() -> None:
    with op.batch_alter_table("payments", reflect_kwargs={"resolve_fks": False}) as batch_op:
        batch_op.add_column(
            sa.Column("taken_minor", sa.BigInteger(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column("is_contested", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("bank_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_TAKEN)
    with op.batch_alter_table("payments", reflect_kwargs={"resolve_fks": False}) as batch_op:
        batch_op.alter_column("taken_minor", existing_type=sa.BigInteger(), server_default=None)
        batch_op.alter_column("is_contested", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("payments", reflect_kwargs={"resolve_fks": False}) as batch_op:
        batch_op.drop_column("bank_seen_at")
        batch_op.drop_column("is_contested")
        batch_op.drop_column("taken_minor")
