"""Notices, and who has read them

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_notices()
    _make_reads()
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notices_read", sa.String(length=40), nullable=True))


def _make_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("data", _JSON, nullable=False),
        sa.Column("test_mode", sa.Boolean(), nullable=False),
        sa.Column("only_for", sa.String(length=254), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"],
            ["organizations.id"],
            name=op.f("fk_notices_org_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("org_id", "id", name=op.f("uq_notices_org_id_id")),
    )
    op.create_index("ix_notices_about", "notices", ["org_id", "subject", "kind"], unique=False)
    op.create_index("ix_notices_created", "notices", ["created_at"], unique=False)


def _make_reads() -> None:
    op.create_table(
        "notice_reads",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("notice_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"],
            ["organizations.id"],
            name=op.f("fk_notice_reads_org_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "notice_id"],
            ["notices.org_id", "notices.id"],
            name=op.f("fk_notice_reads_org_id_notice_id"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_reads")),
        sa.UniqueConstraint(
            "org_id", "user_id", "notice_id", name=op.f("uq_notice_reads_org_id_user_id_notice_id")
        ),
        sa.UniqueConstraint("org_id", "id", name=op.f("uq_notice_reads_org_id_id")),
    )
    op.create_index(
        "ix_notice_reads_notice", "notice_reads", ["org_id", "notice_id"], unique=False
    )


def downgrade() -> None:
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_column("notices_read")
    op.drop_table("notice_reads")
    op.drop_table("notices")
