"""Pictures of what is sold, shown at checkout

Revision: 0031, after 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_HAS_EMAIL = sa.text("customer_email IS NOT NULL")
_HAS_IMAGE = sa.text("image_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "item_images",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("keeper", sa.String(length=20), nullable=False),
        sa.Column("scope_kind", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"],
            ["organizations.id"],
            name=op.f("fk_item_images_org_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_images")),
        sa.UniqueConstraint("org_id", "id", name=op.f("uq_item_images_org_id_id")),
    )
    op.create_index(
        "ix_item_images_address", "item_images", ["org_id", "address_digest", "created_at"]
    )
    _drop_searches()
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("image_id", sa.String(length=40), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_orders_org_id_image_id"),
            "item_images",
            ["org_id", "image_id"],
            ["org_id", "id"],
            deferrable=True,
            initially="DEFERRED",
        )
    _make_searches()
    op.create_index(
        "ix_orders_image",
        "orders",
        ["org_id", "image_id"],
        postgresql_where=_HAS_IMAGE,
        sqlite_where=_HAS_IMAGE,
    )


def downgrade() -> None:
    op.drop_index("ix_orders_image", table_name="orders")
    _drop_searches()
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_orders_org_id_image_id"), type_="foreignkey")
        batch_op.drop_column("image_id")
    _make_searches()
    op.drop_table("item_images")


def _drop_searches() -> None:
    """Before SQLite copies orders, which its tools do without indexes on expressions."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_orders_email", table_name="orders")
        op.drop_index("ix_orders_item", table_name="orders")


def _make_searches() -> None:
    if op.get_bind().dialect.name == "sqlite":
        item, email = sa.text("lower(item_name)"), sa.text("lower(customer_email)")
        op.create_index("ix_orders_item", "orders", ["org_id", item])
        op.create_index("ix_orders_email", "orders", ["org_id", email], sqlite_where=_HAS_EMAIL)
