"""Many sockets on few threads, and every one of them is still heard and pinged."""

import threading
import time

from engineio import packet

from tests.sockets.looks import eventually, join


def threads_named(*words: str) -> list[str]:
    return [thread.name for thread in threading.enumerate() if any(word in thread.name for word in words)]


def test_every_console_is_pinged_from_one_thread(browser, second_browser, ben, bens_agent, app):
    engine = app.extensions["socketio"].server.eio
    engine.ping_interval = 0.1
    for console in (browser, second_browser):
        join(console, ben, bens_agent)
    pinged_by: dict[str, set[str]] = {sid: set() for sid in engine.sockets}
    for socket in engine.sockets.values():
        socket.send = noting_pings(socket.send, pinged_by[socket.sid])
    assert len(pinged_by) == 2
    assert eventually(lambda: all(names == {"pinger"} for names in pinged_by.values()))
    assert threads_named("_send_ping") == []


def noting_pings(send, names: set[str]):
    def noted(sent):
        if sent.packet_type == packet.PING:
            names.add(threading.current_thread().name)
        send(sent)

    return noted


def test_no_thread_reads_ahead_of_the_one_that_waits(browser, ben, bens_agent):
    join(browser, ben, bens_agent)
    assert threads_named("simple_websocket") == []


def test_a_console_that_answers_its_pings_stays(browser, ben, bens_agent, app):
    engine = app.extensions["socketio"].server.eio
    engine.ping_interval, engine.ping_timeout = 0.1, 0.5
    join(browser, ben, bens_agent)
    time.sleep(1.5)
    assert browser.client.connected
    assert len(engine.sockets) == 1


def test_a_connection_that_we_end_ends_at_once_for_a_client_that_never_answers(browser, ben, bens_agent, app):
    join(browser, ben, bens_agent)
    (socket,) = app.extensions["socketio"].server.eio.sockets.values()
    browser.die()
    socket.close(wait=False)
    assert eventually(lambda: socket.closed and threads_named("writer") == [])
