"""What keeps tenants apart."""

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Rights change, and one column is added. A release that knows nothing of it runs on, with its own grants."""
    path = Path(__file__).parents[1] / "sql" / "0014_isolation.sql"
    op.get_bind().exec_driver_sql(path.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Back to one policy for shared rule books and none for localities; new functions are everybody's again."""
    op.execute("alter table carrier_accounts drop column secondary_auth_token_encrypted")
    op.execute("alter table localities disable row level security")
    for policy, table in (
        ("everybody_reads", "localities"),
        ("everybody_adds", "localities"),
        ("shared_or_own", "rule_books"),
        ("add_shared_or_own", "rule_books"),
        ("change_own", "rule_books"),
        ("remove_own", "rule_books"),
    ):
        op.execute(f"drop policy {policy} on {table}")
    op.execute(
        "create policy own_tenant on rule_books using (tenant_id is null or tenant_id = current_tenant())"
        " with check (tenant_id is null or tenant_id = current_tenant())"
    )
    op.execute("alter default privileges grant execute on functions to public")
    for function in ("enter_tenant_of_call(uuid)", "enter_tenant_of_agent(uuid)"):
        op.execute(f"alter function {function} reset search_path")
