"""Short references and typed answers of payments, refunds to collect, fallback gateways

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kit.tokens import short

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reference", sa.String(length=15), nullable=True))
        batch_op.add_column(sa.Column("answers", _JSON, nullable=True))
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claim_url", sa.String(length=2048), nullable=True))
    with op.batch_alter_table("providers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fallback_gateways", _JSON, nullable=True))
    _fill()
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.alter_column("reference", existing_type=sa.String(length=15), nullable=False)
        batch_op.alter_column("answers", existing_type=_JSON, nullable=False)
        batch_op.create_index("uq_payments_reference", ["reference"], unique=True)
    with op.batch_alter_table("providers", schema=None) as batch_op:
        batch_op.alter_column("fallback_gateways", existing_type=_JSON, nullable=False)


def _fill() -> None:
    connection = op.get_bind()
    payments = sa.table("payments", sa.column("id"), sa.column("reference"))
    set_one = (
        payments.update()
        .where(payments.c.id == sa.bindparam("payment"))
        .values(reference=sa.bindparam("short"))
    )
    ids = connection.scalars(sa.select(payments.c.id)).all()
    if ids:
        connection.execute(set_one, [{"payment": one, "short": short(one)} for one in ids])
    op.execute("UPDATE payments SET answers = '{}'")
    op.execute("UPDATE providers SET fallback_gateways = '[]'")


def downgrade() -> None:
    with op.batch_alter_table("providers", schema=None) as batch_op:
        batch_op.drop_column("fallback_gateways")
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.drop_column("claim_url")
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_index("uq_payments_reference")
        batch_op.drop_column("answers")
        batch_op.drop_column("reference")
