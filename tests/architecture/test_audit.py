"""Nothing is changed without a trace: every route and every table is in the audit log, or has a reason not to be."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, create_engine, text

from api.surfaces.dialer import surface
from dialer.store.schema import Base
from tests.conftest import DatabaseUrls

# Not audited, by the view's name. `tests/api/test_audit_log.py` holds all others to leaving an entry.
CALLS_HAVE_EVENTS = "calls have events of their own, and leads their history of attempts"
HOW_AGENTS_WORK = "what an agent does at work is in the agent's state log and in the calls"
EXCUSED = {
    "refresh_login": "an hourly renewal; a reused token is noted, and a session's beginning and end are",
    "request_password_reset": "nobody is known yet, and an entry would tell whether the address is; the reset is noted",
    "set_agent_status": HOW_AGENTS_WORK,
    "promise_callback": CALLS_HAVE_EVENTS,
    "change_callback": CALLS_HAVE_EVENTS,
    "cancel_callback": CALLS_HAVE_EVENTS,
    "set_call_disposition": CALLS_HAVE_EVENTS,
    "set_call_notes": CALLS_HAVE_EVENTS,
    "hang_up_call": CALLS_HAVE_EVENTS,
    "hold_call": CALLS_HAVE_EVENTS,
    "resume_call": CALLS_HAVE_EVENTS,
    "pause_recording": CALLS_HAVE_EVENTS,
    "resume_recording": CALLS_HAVE_EVENTS,
    "transfer_call": CALLS_HAVE_EVENTS,
    "complete_transfer": CALLS_HAVE_EVENTS,
    "merge_transfer": CALLS_HAVE_EVENTS,
    "cancel_transfer": CALLS_HAVE_EVENTS,
    "issue_voice_token": "gives a token for one's own headset; nothing is changed",
    "extend_wrap_up": HOW_AGENTS_WORK,
    "finish_wrap_up": HOW_AGENTS_WORK,
    "offer_preview": HOW_AGENTS_WORK,
    "dial_preview": HOW_AGENTS_WORK,
    "skip_preview": HOW_AGENTS_WORK,
    "show_invitation": "changes nothing; its token is no matter for a query string",
    "dry_run": "changes nothing",
    "forecast_campaign": "changes nothing",
    "preview_lead_import": "changes nothing but a remembered mapping, which is noted when it is removed",
    "download_lead_template": "the same file for everybody, without data",
}

# Tables without triggers.
HOT = "written for every call; its history is its own rows"
DERIVED = "derived from other rows, or kept by workers alone"
EXCUSED_TABLES = {
    "agent_legs": HOT, "agent_sockets": HOT, "agent_state_changes": HOT, "attempts": HOT, "call_events": HOT,
    "calls": HOT, "live_answer_hours": DERIVED, "live_answers": HOT, "pacing_decisions": DERIVED,
    "pacing_events": DERIVED, "pacing_states": DERIVED, "previews": HOT,
    "callbacks": "promises keep who made and moved them",
    "leads": "written for every call; the use cases note what people do to one, without the data",
    "lead_phones": "parts of leads", "list_localities": DERIVED, "localities": DERIVED,
    "bulk_batches": "parts of bulk jobs", "import_chunks": "parts of imports", "import_problems": "parts of imports",
    "import_updates": "parts of imports", "registry_blocks": "parts of registries", "suppressed_leads": DERIVED,
    "erased_numbers": "parts of erasures", "erasure_leads": "parts of erasures", "recordings_to_delete": DERIVED,
    "rule_books": DERIVED,
    "login_sessions": "the use cases note logins and the ends of sessions",
    "login_places": "parts of logins", "login_throttles": "failed logins of known accounts are noted",
    "password_reset_requests": "of no tenant; the reset itself is noted", "single_use_tokens": "parts of logins",
    "recovery_codes": "parts of second factors; their use is noted with the login",
    "audit_log": "itself",
    "transfers": HOT,
    "repairs": "itself a record of what was mended", "dialling_holds": DERIVED,
}  # fmt: skip


def changing_views() -> set[str]:
    """Views that change something, or take data out as a file."""
    return {
        endpoint.view.__name__
        for endpoint in surface.endpoints
        if endpoint.method != "GET" or endpoint.produces != "application/json"
    }


def audited_views() -> set[str]:
    """Those that have to leave an entry."""
    return changing_views() - EXCUSED.keys()


def test_excuses_are_for_routes_that_exist() -> None:
    assert EXCUSED.keys() - changing_views() == set()
    assert all(EXCUSED.values())


def test_every_table_is_audited_or_excused(database_urls: DatabaseUrls) -> None:
    tables = set(Base.metadata.tables)
    assert tables - _audited(database_urls) - EXCUSED_TABLES.keys() == set(), "audit_table() it, or say why not"
    assert EXCUSED_TABLES.keys() & _audited(database_urls) == set()
    assert EXCUSED_TABLES.keys() - tables == set()


def test_every_column_of_an_audited_table_is_watched_or_ignored_on_purpose(database_urls: DatabaseUrls) -> None:
    """A trigger names its columns: one that is added later has to be told to it."""
    with _connection(database_urls) as connection:
        missed = connection.execute(_UNWATCHED).all()
    assert missed == []


@pytest.mark.parametrize("statement", ["update audit_log set via = ''", "delete from audit_log", "truncate audit_log"])
def test_the_application_may_not_change_what_is_written(database_urls: DatabaseUrls, statement: str) -> None:
    engine = create_engine(database_urls.application)
    with engine.connect() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(text(statement))
    engine.dispose()


_AUDITED = text("""
    select distinct c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid
    join pg_proc p on p.oid = t.tgfoid where p.proname in ('audit_row', 'audit_numbers')
""")
# tgargs is the arguments, each ended by a zero byte: the type, then the ignored columns.
_UNWATCHED = text("""
    select c.relname, a.attname
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where t.tgname = 'audit_updated' and array_length(t.tgattr::int2[], 1) > 0 and a.attnum <> all (t.tgattr::int2[])
      and a.attname not in ('id', 'tenant_id', 'created_at', 'updated_at')
      and a.attname <> all (string_to_array(split_part(encode(t.tgargs, 'escape'), '\\000', 2), ','))
""")


def _audited(urls: DatabaseUrls) -> set[str]:
    with _connection(urls) as connection:
        return set(connection.execute(_AUDITED).scalars())


@contextmanager
def _connection(urls: DatabaseUrls) -> Iterator[Connection]:
    engine = create_engine(urls.owner)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
