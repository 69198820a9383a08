"""Preview and predictive dialling, abandonment by the rule of a jurisdiction, previews, and hours of the ledger."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """New columns have defaults for the rows that exist; no table is rewritten."""
    path = Path(__file__).parents[1] / "sql" / "0003_dial_modes.sql"
    op.get_bind().exec_driver_sql(path.read_text().replace("%", "%%"))


def downgrade() -> None:
    """Campaigns in a mode that did not exist become progressive."""
    op.execute("drop function overdue_previews(timestamptz, timestamptz, integer)")
    op.execute("drop function unresolved_previews(timestamptz, integer)")
    op.execute("drop table previews")
    op.execute("drop trigger live_answers_touched on live_answers")
    op.execute("drop function forget_live_answer_hour()")
    op.execute("drop function live_answer_lock(uuid)")
    op.execute("drop table live_answer_hours")
    op.execute("alter table live_answers drop column clock")
    op.execute("alter table campaigns drop column abandonment_standard, drop column max_abandonment_rate")
    op.execute("update campaigns set dial_mode = 'progressive' where dial_mode not in ('progressive', 'ratio')")
    op.execute("alter table campaigns drop constraint ck_campaigns_dial_mode")
    op.execute(
        "alter table campaigns add constraint ck_campaigns_dial_mode check (dial_mode in ('progressive', 'ratio'))"
    )
