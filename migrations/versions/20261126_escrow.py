"""Sellers, holds, releases, reversals, payouts; and what the sandbox knows of them

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_UNDECIDED = sa.text("status IN ('requested', 'unknown')")
_HAS_EMAIL = sa.text("customer_email IS NOT NULL")
_DUE = sa.text("next_check_at IS NOT NULL")


def upgrade() -> None:
    _make_sellers()
    _make_holds()
    _make_moves()
    _make_sandbox()
    _drop_searches()
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seller_id", sa.String(length=40), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_orders_org_id_seller_id"),
            "sellers",
            ["org_id", "seller_id"],
            ["org_id", "id"],
            deferrable=True,
            initially="DEFERRED",
        )
    _make_searches()
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waits_since", _MOMENT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.drop_column("waits_since")
    _drop_searches()
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_orders_org_id_seller_id"), type_="foreignkey")
        batch_op.drop_column("seller_id")
    _make_searches()
    for name in ("payouts", "reversals", "transfers", "sellers"):
        op.drop_table(f"sandbox_{name}")
    for name in ("reversals", "releases", "holds", "payouts", "sellers"):
        op.drop_table(name)


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


def _make_sellers() -> None:
    _table(
        "sellers",
        _text("provider_id"),
        _text("name", 120),
        _text("email", 254),
        _text("country", 2, nullable=True),
        _text("external_id", 255, nullable=True),
        _text("gateway", 20),
        _text("scope_kind", 12),
        _text("scope_owner"),
        sa.Column("test_mode", sa.Boolean(), nullable=False),
        _text("status", 12),
        _text("gateway_seller_id", 120, nullable=True),
        sa.Column("payouts_enabled", sa.Boolean(), nullable=False),
        sa.Column("requirements", _JSON, nullable=False),
        _text("failure", 300, nullable=True),
        sa.Column("checks", sa.Integer(), nullable=False),
        refers_to={"provider_id": "providers"},
    )
    op.create_index("ix_sellers_provider", "sellers", ["org_id", "provider_id", "id"])
    op.create_index(
        "uq_sellers_gateway_seller_id",
        "sellers",
        ["gateway", "scope_kind", "scope_owner", "gateway_seller_id"],
        unique=True,
    )
    _table(
        "payouts",
        _text("seller_id"),
        *_money(),
        _text("status", 12),
        _text("gateway_payout_id", 120, nullable=True),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        _text("failure", 300, nullable=True),
        sa.Column("arrives_at", _MOMENT, nullable=True),
        *_asked(),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payouts_positive_amount")),
        refers_to={"seller_id": "sellers"},
    )
    op.create_index("ix_payouts_seller", "payouts", ["org_id", "seller_id", "id"])
    op.create_index(
        "uq_payouts_gateway_payout_id", "payouts", ["seller_id", "gateway_payout_id"], unique=True
    )


def _make_holds() -> None:
    _table(
        "holds",
        _text("order_id"),
        _text("seller_id"),
        _text("payment_id", nullable=True),
        sa.Column("fee_bps", sa.Integer(), nullable=False),
        sa.Column("release_after_days", sa.Integer(), nullable=True),
        _text("status", 20),
        sa.Column("held_at", _MOMENT, nullable=True),
        sa.Column("release_at", _MOMENT, nullable=True),
        sa.Column("seconds_left", sa.Integer(), nullable=True),
        sa.Column("disputed_at", _MOMENT, nullable=True),
        _text("dispute_reason", 255, nullable=True),
        sa.Column("is_charged_back", sa.Boolean(), nullable=False),
        sa.Column("reminded_at", _MOMENT, nullable=True),
        sa.Column("next_check_at", _MOMENT, nullable=True),
        sa.CheckConstraint("fee_bps BETWEEN 0 AND 10000", name=op.f("ck_holds_fee_is_a_part")),
        refers_to={"order_id": "orders", "seller_id": "sellers", "payment_id": "payments"},
    )
    op.create_index("uq_holds_order", "holds", ["org_id", "order_id"], unique=True)
    op.create_index("ix_holds_seller", "holds", ["org_id", "seller_id", "id"])
    op.create_index("ix_holds_status", "holds", ["org_id", "status", "id"])
    op.create_index(
        "ix_holds_next_check", "holds", ["next_check_at"], postgresql_where=_DUE, sqlite_where=_DUE
    )


def _make_moves() -> None:
    _table(
        "releases",
        _text("order_id"),
        _text("hold_id"),
        *_move("releases", _text("cause", 12)),
        _text("gateway_transfer_id", 120, nullable=True),
        refers_to={"order_id": "orders", "hold_id": "holds"},
    )
    op.create_index("ix_releases_hold", "releases", ["org_id", "hold_id", "id"])
    op.create_index(
        "uq_releases_undecided",
        "releases",
        ["hold_id"],
        unique=True,
        postgresql_where=_UNDECIDED,
        sqlite_where=_UNDECIDED,
    )
    _table(
        "reversals",
        _text("order_id"),
        _text("hold_id"),
        _text("release_id"),
        _text("refund_id"),
        *_move("reversals"),
        _text("gateway_reversal_id", 120, nullable=True),
        refers_to={
            "order_id": "orders",
            "hold_id": "holds",
            "release_id": "releases",
            "refund_id": "refunds",
        },
    )
    op.create_index("ix_reversals_hold", "reversals", ["org_id", "hold_id", "id"])
    op.create_index("uq_reversals_refund", "reversals", ["refund_id", "release_id"], unique=True)


def _make_sandbox() -> None:
    key = (_text("idempotency_key", 60),)
    _table("sandbox_sellers", *key, _text("reference"), has_key=True)
    _table(
        "sandbox_transfers",
        _text("payment_id"),
        _text("seller_id"),
        _text("idempotency_key", 60),
        *_money(),
        sa.Column("reversed_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "reversed_minor BETWEEN 0 AND amount_minor",
            name=op.f("ck_sandbox_transfers_reversed_within"),
        ),
        refers_to={"payment_id": "sandbox_payments", "seller_id": "sandbox_sellers"},
        has_key=True,
    )
    _table(
        "sandbox_reversals",
        _text("transfer_id"),
        _text("idempotency_key", 60),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        refers_to={"transfer_id": "sandbox_transfers"},
        has_key=True,
    )
    _table(
        "sandbox_payouts",
        _text("seller_id"),
        _text("idempotency_key", 60),
        *_money(),
        _text("status", 12),
        refers_to={"seller_id": "sandbox_sellers"},
        has_key=True,
    )
    for table, column in (
        ("transfers", "payment_id"),
        ("transfers", "seller_id"),
        ("reversals", "transfer_id"),
        ("payouts", "seller_id"),
    ):
        op.create_index(f"ix_sandbox_{table}_{column}", f"sandbox_{table}", [column])


def _text(name: str, length: int = 40, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _money() -> list[sa.Column[object]]:
    return [sa.Column("amount_minor", sa.BigInteger(), nullable=False), _text("currency", 3)]


def _asked() -> list[sa.Column[object]]:
    return [
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("asking_since", _MOMENT, nullable=True),
    ]


def _move(table: str, *more: sa.Column[object]) -> list[sa.schema.SchemaItem]:
    amount, currency = _money()
    return [
        amount,
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        currency,
        *more,
        _text("status", 12),
        _text("failure", 300, nullable=True),
        *_asked(),
        sa.CheckConstraint("amount_minor > 0", name=op.f(f"ck_{table}_positive_amount")),
        sa.CheckConstraint(
            "fee_minor BETWEEN 0 AND amount_minor", name=op.f(f"ck_{table}_fee_within_amount")
        ),
    ]


def _table(
    name: str,
    *items: sa.schema.SchemaItem,
    refers_to: dict[str, str] | None = None,
    has_key: bool = False,
) -> None:
    """A tenant's table: its id, its organization, when it was made, and what it refers to."""
    references = [
        sa.ForeignKeyConstraint(
            ["org_id", column],
            [f"{table}.org_id", f"{table}.id"],
            name=op.f(f"fk_{name}_org_id_{column}"),
            deferrable=True,
            initially="DEFERRED",
        )
        for column, table in (refers_to or {}).items()
    ]
    if has_key:
        unique = op.f(f"uq_{name}_idempotency_key")
        references.append(sa.UniqueConstraint("idempotency_key", name=unique))
    op.create_table(
        name,
        _text("id"),
        *items,
        _text("org_id"),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"],
            ["organizations.id"],
            name=op.f(f"fk_{name}_org_id"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("org_id", "id", name=op.f(f"uq_{name}_org_id_id")),
        *references,
    )
