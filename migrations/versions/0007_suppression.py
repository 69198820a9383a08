"""Registries and opt-outs."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    path = Path(__file__).parents[1] / "sql" / "0007_suppression.sql"
    op.get_bind().exec_driver_sql(path.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Registries are lost, and which leads each entry took off its list; the entries themselves stay."""
    op.execute("drop function uncleared_registries(integer)")
    op.execute("drop index ix_suppressions_tenant_id_created_at")
    op.execute("drop trigger tenants_deleted on tenants")
    op.execute("drop function delete_suppressions_of_tenant()")
    op.execute(
        "update suppressions set created_by = null"
        " where not exists (select from users where users.id = suppressions.created_by)"
    )
    op.execute(
        "alter table suppressions"
        " add constraint fk_suppressions_tenant_id_tenants foreign key (tenant_id)"
        " references tenants (id) on delete cascade,"
        " add constraint fk_suppressions_created_by_users foreign key (created_by)"
        " references users (id) on delete set null"
    )
    op.execute("drop table suppressed_leads")
    op.execute("drop table registry_blocks")
    op.execute("drop table dnc_registries")
    op.execute("drop function delete_blocks_of_registry()")
