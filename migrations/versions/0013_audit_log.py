"""Who changed what."""

from alembic import op

from migrations.statements import run_sql

revision = "0013"
down_revision = "0012"

_AUDITED = (
    "tenants", "users", "invitations", "second_factors", "agents", "agent_groups", "campaigns", "lists",
    "carrier_accounts", "tenant_rules", "retention_settings", "erasures", "dnc_registries", "imports",
    "import_mappings", "bulk_jobs", "suppressions",
)  # fmt: skip


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on, and what it changes is noted, too."""
    run_sql("0013_audit_log.sql")


def downgrade() -> None:
    """Everything that this version added is dropped."""
    for table in _AUDITED:
        for trigger in ("audit_inserted", "audit_updated", "audit_deleted"):
            op.execute(f"drop trigger if exists {trigger} on {table}")
    op.execute(
        "drop function forget_audit_entries, audit_table, audit_numbers, audit_row, write_audit_entry, audit_mask"
    )
    op.execute("drop table audit_log")
