"""Consoles that close, die, or lose their session."""

import time

from sqlalchemy import text

from dialer.usecases import access
from tests.sockets.looks import column_of, eventually, join, sockets_of


def test_a_console_that_closes_ends_the_agents_presence(browser, ben, bens_agent, services):
    join(browser, ben, bens_agent)
    browser.client.disconnect()
    assert eventually(lambda: sockets_of(services, ben.tenant_id, bens_agent) == [])
    assert eventually(lambda: column_of(services, ben.tenant_id, bens_agent, "disconnected_at") is not None)
    assert column_of(services, ben.tenant_id, bens_agent, "status") == "available"


def test_one_of_two_consoles_closing_leaves_the_agent_present(browser, second_browser, ben, bens_agent, services):
    join(browser, ben, bens_agent)
    join(second_browser, ben, bens_agent)
    browser.client.disconnect()
    assert eventually(lambda: len(sockets_of(services, ben.tenant_id, bens_agent)) == 1)
    assert column_of(services, ben.tenant_id, bens_agent, "disconnected_at") is None


def test_a_browser_that_dies_without_a_goodbye_is_noticed_within_ten_seconds(browser, ben, bens_agent, services):
    join(browser, ben, bens_agent)
    browser.die()
    began = time.monotonic()
    assert eventually(lambda: sockets_of(services, ben.tenant_id, bens_agent) == [], seconds=12)
    # Ten seconds by the settings, and one for a busy machine.
    assert time.monotonic() - began < 11


def test_the_socket_ends_with_its_session(browser, ben, bens_agent, services, app):
    join(browser, ben, bens_agent)
    app.extensions["presence_keeper"].recheck()
    assert browser.client.connected
    access.log_out(services, actor=ben.principal)
    app.extensions["presence_keeper"].recheck()
    assert browser.gone.wait(5)


def test_a_supervisor_who_is_one_no_longer_is_disconnected(browser, sam, ada, services, app):
    from dialer.domain.principals import Role

    browser.connect(sam.token)
    access.change_user(services, actor=ada.principal, user_id=sam.user_id, role=Role.AGENT)
    app.extensions["presence_keeper"].recheck()
    assert browser.gone.wait(5)


def test_consoles_are_renewed_and_one_that_was_swept_by_mistake_comes_back(
    browser, ben, bens_agent, services, app, clock
):
    join(browser, ben, bens_agent)
    clock.advance(seconds=20)
    app.extensions["presence_keeper"].touch()
    with services.transaction(ben.tenant_id) as tx:
        assert tx.session.scalar(text("select last_seen_at from agent_sockets")) == clock.now()
        tx.session.execute(text("delete from agent_sockets"))
    app.extensions["presence_keeper"].touch()
    assert len(sockets_of(services, ben.tenant_id, bens_agent)) == 1
