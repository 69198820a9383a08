"""Invitations, password resets, throttled logins and second factors."""

from alembic import op

from migrations.statements import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Nothing that exists is lost. A release that knows nothing of it runs on."""
    run_sql("0012_access.sql")


def downgrade() -> None:
    """Everything that this version added is dropped."""
    for statement in (
        "drop function forget_past_access, invitations_to_mail, find_invitation, find_single_use_token",
        "drop function find_login_from",
        "drop table recovery_codes, second_factors, invitations, single_use_tokens, password_reset_requests",
        "drop table login_throttles, login_places",
        (
            "alter table login_sessions drop column user_agent, drop column address, drop column rotated_at, "
            "drop column previous_refresh_token_id"
        ),
        "alter table tenants drop column admins_need_second_factor",
    ):
        op.execute(statement)
