"""The bank's dispute about held money stands beside the provider's own

Revision: 0028, after 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("holds", sa.Column("charged_back_at", sa.DateTime(timezone=True), nullable=True))
    # Until now the bank's dispute was written where the provider's is.
    op.execute(
        "UPDATE holds SET charged_back_at = coalesce(disputed_at, held_at) "
        "WHERE is_charged_back"
    )
    op.execute(
        "UPDATE holds SET disputed_at = NULL, dispute_reason = NULL "
        "WHERE is_charged_back AND dispute_reason = 'chargeback'"
    )


def downgrade() -> None:
    op.execute(
        "UPDATE holds SET disputed_at = charged_back_at, dispute_reason = 'chargeback' "
        "WHERE is_charged_back AND disputed_at IS NULL"
    )
    op.drop_column("holds", "charged_back_at")
