"""Erasure, retention and bulk changes."""

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    path = Path(__file__).parents[1] / "sql" / "0010_erasure.sql"
    op.get_bind().exec_driver_sql(path.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Everything that this version added is dropped; what was erased stays erased."""
    for routine in (
        "open_erasures(timestamptz, integer)", "stalled_bulk_jobs(timestamptz, integer)", "tenants_with_retention()",
        "due_recording_deletions(timestamptz, integer)", "without_numbers(jsonb)", "erased_number(uuid)",
        "number_hash(bytea, text)",
    ):
        op.execute(f"drop function {routine}")
    op.execute(
        "drop table bulk_batches, bulk_jobs, recordings_to_delete, retention_settings, erased_numbers, erasure_leads, "
        "erasures"
    )
    op.execute("drop index ix_leads_retention")
    op.execute("alter table leads drop column erased_at")
    op.execute("alter table tenants drop column number_salt")
