"""Logos of organizations and providers, and where they are kept

Revision: 0025, after 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "logos",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.String(length=40), nullable=True),
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
            ["org_id", "provider_id"],
            ["providers.org_id", "providers.id"],
            name=op.f("fk_logos_org_id_provider_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id"],
            ["organizations.id"],
            name=op.f("fk_logos_org_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logos")),
        sa.UniqueConstraint("org_id", "id", name=op.f("uq_logos_org_id_id")),
        sa.UniqueConstraint("org_id", "provider_id", name=op.f("uq_logos_org_id_provider_id")),
    )
    op.create_index(
        "uq_logos_of_organization",
        "logos",
        ["org_id"],
        unique=True,
        postgresql_where=sa.text("provider_id IS NULL"),
        sqlite_where=sa.text("provider_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("logos")
