"""Lists, localities, the order of dialling, several phones, and what campaigns say about hours and consent."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    path = Path(__file__).parents[1] / "sql" / "0005_lead_lists.sql"
    op.get_bind().exec_driver_sql(path.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Lists, localities and further phones are lost; leads keep their campaign."""
    op.execute(
        "alter policy own_tenant on leads using (tenant_id = current_tenant()) "
        "with check (tenant_id = current_tenant())"
    )
    op.execute("drop index ix_calls_tenant_id_to_number")
    op.execute("drop table lead_phones, list_localities")
    for trigger in ("leads_completed", "leads_ordered", "leads_located", "leads_relocated"):
        op.execute(f"drop trigger {trigger} on leads")
    op.execute("drop trigger campaigns_first_list on campaigns")
    for routine in (
        "complete_lead()",
        "order_lead()",
        "note_localities_of_new_leads()",
        "note_locality_of_lead()",
        "make_first_list()",
        "campaigns_to_reorder(timestamptz)",
        "lead_dial_key(text, text, timestamptz, timestamptz, timestamptz, jsonb)",
    ):
        op.execute(f"drop function {routine}")
    op.execute(
        "alter table leads drop column turn, drop column list_id, drop column locality_id, drop column external_id, "
        "drop column state, drop column postal_code, drop column time_zone, drop column consent, "
        "drop column next_phone, drop column callback_at, drop column is_waiting, drop column dial_key, "
        "drop column day_parts_tried"
    )
    op.execute("drop table lists, localities")
    op.execute(
        "alter table campaigns drop column calling_hours_zone, drop column calling_days, drop column call_type, "
        "drop column calling_profile, drop column consent_on_record, drop column allowed_countries, "
        "drop column lead_order, drop column lead_order_field, drop column reordered_up_to, "
        "drop column reordered_at, drop column retry_rules"
    )
    op.execute(
        "create index ix_leads_due on leads (campaign_id, priority, (call_attempts = 0), next_call_at, id) "
        "where status = 'pending'"
    )
    op.execute("create index ix_leads_campaign_id_status on leads (campaign_id, status)")
