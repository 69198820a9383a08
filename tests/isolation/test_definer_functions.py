"""The functions that look over all tenants: each is known, closed to strangers, and gives away ids and no more."""

import pytest
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from dialer.store.session import Database
from tests.conftest import DatabaseUrls

DEFINERS: dict[str, set[str]] = {
    # One knows neither tenant nor row: what a stranger brings is looked up by itself, never listed.
    "find_login": {"tenant_id", "user_id", "password_hash", "is_active"},
    "find_login_from": {"tenant_id", "user_id", "password_hash", "is_active", "is_known_place", "has_second_factor"},
    "find_single_use_token": {"tenant_id", "user_id", "token_id"},
    "find_invitation": {"tenant_id", "invitation_id"},
    "known_call_sids": {"call_sid"},
    "enter_tenant_of_call": {"tenant_id"},
    "enter_tenant_of_agent": {"tenant_id"},
    "enter_tenant_of_supervisor": {"tenant_id"},
    "enter_tenant_of_supervision": {"tenant_id"},
    "enter_tenant_of_transfer": {"tenant_id"},
    # Sweeps find candidates everywhere, then work on each inside its tenant.
    "all_tenants": {"tenant_id"},
    "active_campaigns": {"tenant_id", "campaign_id"},
    "campaigns_to_start": {"tenant_id", "campaign_id"},
    "campaigns_to_end": {"tenant_id", "campaign_id"},
    "campaigns_to_reorder": {"tenant_id", "campaign_id"},
    "campaigns_not_yet_learned_from": {"tenant_id", "campaign_id"},
    "exhausted_campaigns": {"tenant_id", "campaign_id"},
    "overdue_calls": {"tenant_id", "call_id"},
    "calls_to_sweep": {"tenant_id", "call_id", "state"},
    "abandoned_calls_without_end": {"tenant_id", "call_id"},
    "machines_with_agents": {"tenant_id", "call_id"},
    "lines_under_way": {"tenant_id", "call_id", "call_sid", "state"},
    "stray_agent_legs": {"tenant_id", "agent_id", "call_sid", "is_alone"},
    "imports_in_turn": {"tenant_id", "import_id"},
    "invitations_to_mail": {"tenant_id", "invitation_id"},
    "unpriced_calls": {"tenant_id", "call_id"},
    "deserted_calls": {"tenant_id", "call_id"},
    "overdue_transfers": {"tenant_id", "transfer_id"},
    "overdue_supervisions": {"tenant_id", "supervision_id"},
    "unresolved_previews": {"tenant_id", "call_id"},
    "overdue_previews": {"tenant_id", "preview_id"},
    "expired_claims": {"tenant_id", "lead_id"},
    "expired_wrap_ups": {"tenant_id", "agent_id"},
    "vanished_agents": {"tenant_id", "agent_id"},
    "agents_holding_calls": {"tenant_id", "agent_id"},
    "silent_sockets": {"tenant_id", "sid"},
    "open_agent_legs": {"tenant_id", "call_sid"},
    "due_callbacks": {"tenant_id", "callback_id"},
    "imports_to_run": {"tenant_id", "import_id"},
    "imports_to_clear": {"tenant_id", "import_id"},
    # Of the caller's own tenant, whose number is a condition like the others: letters compare by an index only there.
    "find_leads_of_campaign": {"lead_id"},
    "leads_by_name": {"lead_id"},
    # Whether anybody else waits: one bit.
    "others_imports_wait": set(),
    # Of the platform's account: how many share it, and how many calls and lines that makes in all.
    "platform_account_use": {"tenants", "planned", "lines"},
    "uncleared_registries": {"tenant_id", "registry_id"},
    "undetermined_lists": {"tenant_id", "list_id"},
    "open_erasures": {"tenant_id", "erasure_id"},
    "stalled_bulk_jobs": {"tenant_id", "job_id"},
    "tenants_with_retention": {"tenant_id"},
    "due_recording_deletions": {"tenant_id", "recording_sid"},
    # Counts for the installation's own metrics, of all tenants together.
    "floor_counts": {"subject", "state", "total"},
    # Deletes by age alone and tells how many; analyses a table.
    "delete_pacing_records": set(),
    "forget_audit_entries": set(),
    "forget_past_access": set(),
    "analyze_leads": set(),
}
"""What each may tell. A new one belongs here, with a reason if it tells more than ids."""


@pytest.fixture
def functions(owner_database: Database) -> dict[str, tuple[set[str], list[str], str]]:
    """By name: what it returns, its settings, its rights."""
    with owner_database.transaction() as tx:
        return {row.name: (set(row.told), row.settings, row.rights) for row in tx.session.execute(_DEFINERS)}


def test_every_definer_function_is_known(functions: dict[str, tuple[set[str], list[str], str]]) -> None:
    assert set(functions) == set(DEFINERS)


def test_each_tells_what_it_must_and_no_more(functions: dict[str, tuple[set[str], list[str], str]]) -> None:
    for name, (told, _, _) in functions.items():
        # One that returns a single value has no names for it.
        assert told <= DEFINERS[name], name


def test_each_finds_names_where_the_owner_put_them(functions: dict[str, tuple[set[str], list[str], str]]) -> None:
    for name, (_, settings, _) in functions.items():
        assert settings == ["search_path=public, pg_temp"], name


def test_none_is_everybodys(functions: dict[str, tuple[set[str], list[str], str]]) -> None:
    for name, (_, _, rights) in functions.items():
        # A grant to PUBLIC has no name before the equals sign.
        assert "{=" not in rights, name
        assert ",=" not in rights, name


def test_a_stranger_with_a_connection_gets_nothing(
    postgres_server: object, owner_database: Database, database_urls: DatabaseUrls
) -> None:
    engine = create_engine(_superuser(postgres_server, database_urls), poolclass=NullPool)
    with engine.connect() as connection, connection.begin() as whole:
        connection.execute(text("create role passer_by nologin"))
        connection.execute(text("set local role passer_by"))
        for call in ("all_tenants()", "find_login('ada@example.com')", "floor_counts()"):
            with pytest.raises(ProgrammingError) as refused, connection.begin_nested():
                connection.execute(text(f"select * from {call}"))
            assert isinstance(refused.value.orig, InsufficientPrivilege)
        whole.rollback()


def test_a_function_made_later_is_not_everybodys_either(owner_database: Database) -> None:
    with owner_database.transaction() as tx:
        tx.session.execute(text("create function made_later() returns int language sql as 'select 1'"))
        rights = tx.session.execute(text("select proacl::text from pg_proc where proname = 'made_later'")).scalar_one()
        tx.session.rollback()
    assert rights is not None
    assert "{=" not in rights
    assert ",=" not in rights
    assert "dialer_app=X" in rights


def _superuser(server: object, urls: DatabaseUrls) -> str:
    name = urls.owner.rsplit("/", 1)[1]
    return f"postgresql+psycopg2://postgres@/{name}?host={server.socket_folder}&port={server.port}"  # type: ignore[attr-defined]


_DEFINERS = text(
    """
    select p.proname as name,
           coalesce((select array_agg(named.name) from unnest(p.proargnames, p.proargmodes) named (name, mode)
                     where named.mode in ('t', 'o', 'b')), '{}') as told,
           coalesce(p.proconfig, '{}') as settings, coalesce(p.proacl::text, '{=X/everybody}') as rights
    from pg_proc p where p.prosecdef and p.pronamespace = 'public'::regnamespace
    """
)
