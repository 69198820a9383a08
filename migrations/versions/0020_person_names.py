"""How names are compared when people are looked for."""

from alembic import op

from migrations.statements import run_sql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    run_sql("0020_person_names.sql")


def downgrade() -> None:
    """Everything that this version added is dropped."""
    op.execute("drop collation person_names")
