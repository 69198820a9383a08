"""The core: tenants, users, agents, campaigns, leads, attempts, calls, call events, suppression."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Written as SQL, because policies, functions and triggers are most of what matters here."""
    op.get_bind().exec_driver_sql((Path(__file__).parents[1] / "sql" / "0001_core.sql").read_text().replace("%", "%%"))


def downgrade() -> None:
    """There is nothing before the first migration: restore a backup instead."""
    raise RuntimeError("The first migration cannot be undone; drop the database instead.")
