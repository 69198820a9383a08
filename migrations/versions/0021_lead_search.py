"""Finding leads by name and number."""

from alembic import op

from migrations.statements import run_sql

revision = "0021"
down_revision = "0020"

_INDEXES = ("standing", "last_called", "name", "first_name", "email", "phone_end", "country", "callback")


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    run_sql("0021_lead_search_functions.sql")
    run_sql("0021_lead_search.sql")


def downgrade() -> None:
    """Everything that this version added is dropped."""
    op.execute("drop function if exists find_leads_of_campaign(uuid, text, text[], text, text, integer)")
    op.execute("drop function if exists leads_by_name(uuid, text, text, uuid, integer)")
    with op.get_context().autocommit_block():
        for name in _INDEXES:
            op.execute(f"drop index concurrently if exists ix_leads_{name}")
