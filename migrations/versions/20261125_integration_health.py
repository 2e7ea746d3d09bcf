"""How an integration stands: what companies said of keys, the keys before, calls refused

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NOTES = (
    ("account", sa.String(length=120)),
    ("verified_at", _MOMENT),
    ("refused_at", _MOMENT),
    ("previous_masked", sa.String(length=40)),
    ("previous_account", sa.String(length=120)),
)
_ENDPOINTS = (
    ("refused_at", _MOMENT),
    ("refused_status", sa.Integer()),
    ("checked_at", _MOMENT),
    ("check_state", sa.String(length=20)),
)


def upgrade() -> None:
    for table, columns in (("credential_notes", _NOTES), ("inbound_endpoints", _ENDPOINTS)):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, kind in columns:
                batch_op.add_column(sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for table, columns in (("inbound_endpoints", _ENDPOINTS), ("credential_notes", _NOTES)):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, _kind in reversed(columns):
                batch_op.drop_column(name)
