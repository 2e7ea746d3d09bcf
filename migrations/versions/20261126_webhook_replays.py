"""Replays of what an endpoint did not take

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_OF_REPLAYS = sa.text("replay_id IS NOT NULL")


def upgrade() -> None:
    _make_replays()
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("replay_id", sa.String(length=40), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_deliveries_org_id_replay_id"),
            "webhook_replays",
            ["org_id", "replay_id"],
            ["org_id", "id"],
            deferrable=True,
            initially="DEFERRED",
        )
        batch_op.drop_index("ix_deliveries_endpoint")
        batch_op.create_index(
            "ix_deliveries_endpoint", ["org_id", "endpoint_id", "status", "id"], unique=False
        )
        batch_op.create_index(
            "ix_deliveries_replay",
            ["org_id", "replay_id"],
            unique=False,
            postgresql_where=_OF_REPLAYS,
            sqlite_where=_OF_REPLAYS,
        )


def _make_replays() -> None:
    op.create_table(
        "webhook_replays",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("endpoint_id", sa.String(length=40), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("last_delivery", sa.String(length=40), nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("org_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"],
            ["organizations.id"],
            name=op.f("fk_webhook_replays_org_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "endpoint_id"],
            ["webhook_endpoints.org_id", "webhook_endpoints.id"],
            name=op.f("fk_webhook_replays_org_id_endpoint_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_replays")),
        sa.UniqueConstraint("org_id", "id", name=op.f("uq_webhook_replays_org_id_id")),
    )
    op.create_index(
        "ix_webhook_replays_endpoint",
        "webhook_replays",
        ["org_id", "endpoint_id", "id"],
        unique=False,
    )


def downgrade() -> None:
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_replay")
        batch_op.drop_index("ix_deliveries_endpoint")
        batch_op.create_index(
            "ix_deliveries_endpoint", ["org_id", "endpoint_id", "status"], unique=False
        )
        batch_op.drop_constraint(
            op.f("fk_deliveries_org_id_replay_id"), type_="foreignkey"
        )
        batch_op.drop_column("replay_id")
    op.drop_table("webhook_replays")
