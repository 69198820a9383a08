"""Sums over all tenants for the metrics page."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """One function that runs as the owner and gives away numbers."""
    op.get_bind().exec_driver_sql((Path(__file__).parents[1] / "sql" / "0002_metrics.sql").read_text().replace("%", "%%"))


def downgrade() -> None:
    """Nothing but the metrics page uses it."""
    op.execute("drop function floor_counts()")
