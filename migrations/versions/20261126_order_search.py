"""Finding orders by the beginning of an item's name or an e-mail address

The index on (org_id, id) goes: the unique key on the same two columns does its work, and an order
is written as cheaply as before.

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_HAS_EMAIL = sa.text("customer_email IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_orders_org_id", table_name="orders")
    # Each database spells what makes an index on a text serve its beginnings in its own way.
    kind = " text_pattern_ops" if op.get_bind().dialect.name == "postgresql" else ""
    op.create_index("ix_orders_item", "orders", ["org_id", sa.text(f"lower(item_name){kind}")])
    op.create_index(
        "ix_orders_email",
        "orders",
        ["org_id", sa.text(f"lower(customer_email){kind}")],
        postgresql_where=_HAS_EMAIL,
        sqlite_where=_HAS_EMAIL,
    )


def downgrade() -> None:
    op.drop_index("ix_orders_email", table_name="orders")
    op.drop_index("ix_orders_item", table_name="orders")
    op.create_index("ix_orders_org_id", "orders", ["org_id", "id"])
