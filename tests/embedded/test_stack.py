"""Starting and stopping a stack of stand-ins around real servers."""

import http.client
import socket
import stat
import time

import psycopg2
import pytest

from dialer.embedded.home import Home, HomeError, read_env_file
from dialer.embedded.stack import EmbeddedStack, Programs, StackError
from tests.embedded.parent import stand_in, stand_ins


@pytest.fixture
def stack(tmp_path):
    said = []
    with EmbeddedStack(tmp_path, 0, with_twin=False, programs=stand_ins(), environ={}, say=said.append) as stack:
        stack.said = said
        yield stack


def _answers(stack):
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _eventually(condition, *, within_seconds=10):
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_the_product_gets_two_roles_and_a_broker(stack):
    roles = []
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        connection = psycopg2.connect(stack.environ[name].replace("+psycopg2", ""))
        with connection.cursor() as cursor:
            cursor.execute("select current_user")
            roles.append(cursor.fetchone()[0])
        connection.close()
    assert roles == ["dialer_app", "dialer_owner"]
    assert stack.environ["REDIS_URL"].startswith("redis://:")


def test_a_folder_with_spaces_and_quotes_in_its_name_will_do(tmp_path):
    home = tmp_path / "Ada's “own” dialer"
    with EmbeddedStack(home, 0, with_twin=False, programs=stand_ins(), environ={}, say=print) as stack:
        assert _answers(stack)


def test_a_process_that_dies_is_started_again_and_announced(stack):
    before = stack.supervisor.process_ids()
    stack.supervisor._children["web"].process.kill()
    assert _eventually(lambda: stack.supervisor.process_ids()["web"] != before["web"] and _answers(stack))
    assert any("web ended" in message for message in stack.said)


def test_a_killed_database_and_broker_come_back_under_the_same_address(stack):
    for name in ("postgres", "redis"):
        before = stack.supervisor.process_ids()[name]
        stack.supervisor._children[name].process.kill()
        assert _eventually(lambda before=before, name=name: stack.supervisor.process_ids()[name] != before)

    def is_back():
        try:
            psycopg2.connect(stack.environ["DATABASE_URL"].replace("+psycopg2", "")).close()
        except psycopg2.OperationalError:
            return False
        return True

    assert _eventually(is_back)


def test_running_addresses_are_left_for_operator_commands(stack):
    assert read_env_file(stack.home.running_file)["DATABASE_URL"] == stack.environ["DATABASE_URL"]
    stack.stop()
    assert not stack.home.running_file.exists()


def test_what_the_user_sets_is_used_and_nothing_started_for_it(tmp_path):
    given = {"DATABASE_URL": "postgresql://elsewhere/d", "REDIS_URL": "redis://elsewhere/0", "SECRET_KEY": "mine"}
    with EmbeddedStack(tmp_path, 0, with_twin=False, programs=stand_ins(), environ=given) as stack:
        assert set(stack.supervisor.process_ids()) == {"guardian", "web", "worker", "scheduler"}
        assert stack.environ["DATABASE_URL"] == given["DATABASE_URL"]
        assert "DATABASE_OWNER_URL" not in stack.environ
        assert stack.environ["SECRET_KEY"] == "mine"


def test_a_twin_is_the_carrier_even_if_the_environment_names_a_real_one(tmp_path):
    given = {
        "DATABASE_URL": "postgresql://x/d",
        "REDIS_URL": "redis://x/0",
        "TWILIO_API_BASE_URL": "https://api.example",
    }
    none = Programs(migrate=None, twin=None, web=None, worker=None, scheduler=None)
    with EmbeddedStack(tmp_path, 0, with_twin=True, programs=none, environ=given) as stack:
        assert stack.environ["TWILIO_API_BASE_URL"] == stack.twin_url


def test_a_busy_port_is_said_before_anything_starts(tmp_path):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(StackError, match=f"port {port} is in use"):
            EmbeddedStack(tmp_path / "home", port, with_twin=False, environ={}).start()
    assert not (tmp_path / "home").exists()


def test_a_second_stack_on_one_home_is_refused(stack):
    with pytest.raises(StackError, match="another stack"):
        EmbeddedStack(stack.home.path, 0, with_twin=False, programs=stand_ins(), environ={}).start()
    assert _answers(stack)


def test_a_failing_process_is_shown_with_the_end_of_its_log(tmp_path):
    given = {"DATABASE_URL": "postgresql://x/d", "REDIS_URL": "redis://x/0"}
    failing = Programs(migrate=None, twin=None, web=stand_in("sleep"), worker=stand_in("fail"), scheduler=None)
    with pytest.raises(StackError, match=r"worker ended with exit status 3(?s:.*)the reason it failed"):
        EmbeddedStack(tmp_path, 0, with_twin=False, programs=failing, environ=given).start()


def test_a_product_that_never_gets_ready_is_shown_with_its_answer(tmp_path):
    given = {"DATABASE_URL": "postgresql://x/d", "REDIS_URL": "redis://x/0"}
    idle = Programs(migrate=None, twin=None, web=stand_in("sleep"), worker=None, scheduler=None)
    with pytest.raises(StackError, match="not ready after 1 s"):
        EmbeddedStack(tmp_path, 0, with_twin=False, programs=idle, environ=given, ready_seconds=1).start()


def test_a_home_that_cannot_be_written_is_one_clear_line(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(HomeError, match=r"^DIALER_HOME \S+ cannot be written: .+$"):
        Home(file / "home").create()


def test_generated_values_are_private_and_stay_the_same(tmp_path):
    home = Home(tmp_path)
    home.create()
    first = home.generated()
    assert stat.S_IMODE(home.generated_file.stat().st_mode) == 0o600
    assert Home(tmp_path).generated() == first
    assert first["TWILIO_ACCOUNT_SID"].startswith("AC")
    assert len(first["TWILIO_ACCOUNT_SID"]) == 34


def test_a_value_missing_from_an_older_home_is_added(tmp_path):
    home = Home(tmp_path)
    home.create()
    home.generated_file.write_text("SECRET_KEY=kept\n")
    values = home.generated()
    assert values["SECRET_KEY"] == "kept"
    assert values["TWILIO_AUTH_TOKEN"]
