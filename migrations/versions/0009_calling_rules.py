"""Calling rules of tenants, and the rule books behind verdicts."""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    path = Path(__file__).parents[1] / "sql" / "0009_calling_rules.sql"
    op.get_bind().exec_driver_sql(path.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Tenants' own rules and the record of rule books are lost."""
    op.execute("drop index ix_suppressions_expires_at")
    op.execute("drop function undetermined_lists(integer)")
    op.execute("drop table rule_books, tenant_rules")
    op.execute("drop function count_rule_change()")
    op.execute("alter table tenants drop column rules_revision")
