"""Imports in the background."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    path = Path(__file__).parents[1] / "sql" / "0006_imports.sql"
    op.get_bind().exec_driver_sql(path.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Imports under way end where they are; files, refused rows and remembered mappings are lost. Leads stay."""
    op.execute("drop function imports_to_run(timestamptz, integer), imports_to_clear(timestamptz, integer), analyze_leads()")
    op.execute(
        "alter table leads drop constraint fk_leads_list_id_lists, "
        "add constraint fk_leads_list_id_lists foreign key (list_id) references lists (id) on delete cascade, "
        "add constraint fk_leads_tenant_id_tenants foreign key (tenant_id) references tenants (id) on delete cascade, "
        "add constraint fk_leads_campaign_id_campaigns foreign key (campaign_id) references campaigns (id) "
        "on delete cascade"
    )
    op.execute("update leads set import_id = null where import_id not in (select id from imports)")
    op.execute("delete from imports where campaign_id is null")
    op.execute(
        "alter table leads add constraint fk_leads_import_id_imports foreign key (import_id) references imports (id) "
        "on delete set null"
    )
    op.execute("alter table lists drop constraint uq_lists_id_campaign_id_tenant_id")
    op.execute("drop table import_mappings, import_updates, import_problems, import_chunks")
    op.execute("drop index ix_imports_uncleared, ix_imports_open, ix_imports_tenant_id_created_at")
    op.execute(
        "alter table imports alter column campaign_id set not null, "
        "drop column kind, drop column status, drop column list_id, drop column options, drop column bytes_total, "
        "drop column bytes_done, drop column rows_done, drop column updated, drop column warnings, "
        "drop column started_at, drop column heartbeat_at, drop column tries, drop column failure, "
        "drop column cleared_at"
    )
    for counted in ("total", "valid", "invalid", "duplicates", "dnc", "inserted"):
        op.execute(f"alter table imports alter column {counted} drop default")
