"""The ledger, which the database itself keeps from being changed or overdrawn

Revision: 0020, after 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_ACCOUNTS = "('customer', 'held', 'seller', 'fee', 'refunded', 'gateway')"
_NEVER_BELOW_ZERO = "('held', 'seller', 'fee', 'refunded')"
_TABLES = ("ledger_journals", "ledger_lines")

# What the account a new line takes from holds after it, for the line's order.
_BALANCE = """
    SELECT sum(CASE WHEN line.credit = NEW.debit THEN line.amount_minor
                    ELSE -line.amount_minor END)
    FROM ledger_lines AS line
    JOIN ledger_journals AS journal
      ON journal.org_id = line.org_id AND journal.id = line.journal_id
    JOIN ledger_journals AS here
      ON here.org_id = journal.org_id AND here.order_id = journal.order_id
    WHERE here.org_id = NEW.org_id AND here.id = NEW.journal_id
      AND NEW.debit IN (line.debit, line.credit)
"""


def upgrade() -> None:
    _make_tables()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    op.drop_table("ledger_lines")
    op.drop_table("ledger_journals")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_only_grows()")
        op.execute("DROP FUNCTION ledger_not_overdrawn()")


def _make_tables() -> None:
    text, foreign = sa.String(length=40), {"deferrable": True, "initially": "DEFERRED"}
    op.create_table(
        "ledger_journals",
        sa.Column("id", text, nullable=False),
        sa.Column("order_id", text, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", text, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", text, nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "order_id"],
            ["orders.org_id", "orders.id"],
            name=op.f("fk_ledger_journals_org_id_order_id"),
            **foreign,
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name=op.f("fk_ledger_journals_org_id"), **foreign
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_journals")),
        sa.UniqueConstraint("org_id", "id", name=op.f("uq_ledger_journals_org_id_id")),
        sa.UniqueConstraint(
            "org_id", "kind", "subject", name=op.f("uq_ledger_journals_org_id_kind_subject")
        ),
    )
    op.create_index("ix_ledger_journals_order", "ledger_journals", ["org_id", "order_id", "id"])
    op.create_table(
        "ledger_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("journal_id", text, nullable=False),
        sa.Column("debit", sa.String(length=10), nullable=False),
        sa.Column("credit", sa.String(length=10), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("org_id", text, nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_ledger_lines_positive_amount")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_ledger_lines_moves")),
        sa.CheckConstraint(f"debit IN {_ACCOUNTS}", name=op.f("ck_ledger_lines_debit_exists")),
        sa.CheckConstraint(f"credit IN {_ACCOUNTS}", name=op.f("ck_ledger_lines_credit_exists")),
        sa.ForeignKeyConstraint(
            ["org_id", "journal_id"],
            ["ledger_journals.org_id", "ledger_journals.id"],
            name=op.f("fk_ledger_lines_org_id_journal_id"),
            **foreign,
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name=op.f("fk_ledger_lines_org_id"), **foreign
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_lines")),
    )
    op.create_index("ix_ledger_lines_journal", "ledger_lines", ["org_id", "journal_id"])


def _guard_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the ledger is only ever added to' USING ERRCODE = 'check_violation';
        END $$
        """
    )
    for table in _TABLES:
        op.execute(
            f"""
            CREATE TRIGGER {table}_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows()
            """
        )
    op.execute(
        f"""
        CREATE FUNCTION ledger_not_overdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF ({_BALANCE}) < 0 THEN
                RAISE EXCEPTION 'the ledger''s account % would be overdrawn', NEW.debit
                USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        f"""
        CREATE TRIGGER ledger_lines_not_overdrawn AFTER INSERT ON ledger_lines
        FOR EACH ROW WHEN (NEW.debit IN {_NEVER_BELOW_ZERO})
        EXECUTE FUNCTION ledger_not_overdrawn()
        """
    )


def _guard_sqlite() -> None:
    for table in _TABLES:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"""
                CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
                BEGIN SELECT RAISE(ABORT, 'the ledger is only ever added to'); END
                """
            )
    op.execute(
        f"""
        CREATE TRIGGER ledger_lines_not_overdrawn AFTER INSERT ON ledger_lines
        WHEN NEW.debit IN {_NEVER_BELOW_ZERO}
        BEGIN
            SELECT RAISE(ABORT, 'the ledger''s account would be overdrawn')
            WHERE ({_BALANCE}) < 0;
        END
        """
    )
