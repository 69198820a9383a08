"""What is in the logs, and what must not be."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import structlog

from dialer.logging import configure_logging, mask_text

NUMBER = "+14155551234"


class Lines(io.StringIO):
    @property
    def last(self) -> dict[str, Any]:
        return json.loads(self.getvalue().splitlines()[-1])


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = Lines()
    before = structlog.get_config()
    configure_logging("INFO", stream=stream)
    # A logger that is kept would write into this stream for ever, and show nothing to who listens elsewhere.
    structlog.configure(**{**structlog.get_config(), "cache_logger_on_first_use": False})
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()


def test_an_event_is_one_json_object_with_its_context(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1", call_id=UUID(int=5)):
        structlog.get_logger("test").info("call_placed", ring_seconds=2.5)
    line = lines.last
    assert (line["event"], line["level"], line["logger"]) == ("call_placed", "info", "test")
    assert (line["request_id"], line["call_id"], line["ring_seconds"]) == ("r1", str(UUID(int=5)), 2.5)
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "fields",
    [{"to": NUMBER}, {"text": f"calling {NUMBER}, now"}, {"nested": {"numbers": [NUMBER, {"deep": NUMBER}]}},
     {"pair": (NUMBER, 5)}, {"error": ValueError(f"bad {NUMBER}")}, {"url": "https://x.example/a?To=%2B14155551234"}],
)  # fmt: skip
def test_a_phone_number_is_masked_wherever_it_is(lines: Lines, fields: dict[str, Any]) -> None:
    structlog.get_logger("test").info("call_placed", **fields)
    assert "5551234" not in lines.getvalue()
    assert "1415555****" in lines.getvalue()


def test_a_number_in_the_event_itself_and_in_a_traceback_is_masked(lines: Lines) -> None:
    try:
        raise ValueError(f"no route to {NUMBER}")
    except ValueError:
        structlog.get_logger("test").exception(f"placing {NUMBER} failed")
    assert "Traceback" in lines.last["exception"]
    assert "5551234" not in lines.getvalue()


def test_the_standard_library_s_records_are_masked_too(lines: Lines) -> None:
    logging.getLogger("other").warning("calling %s with %s", NUMBER, "Bearer abcdefghijklmnop")
    assert lines.last["event"] == "calling +1415555**** with Bearer ****"
    assert lines.last["logger"] == "other"


@pytest.mark.parametrize(
    "name", ["token", "refresh_token", "password", "Authorization", "auth_token", "api_key_secret", "api_key"]
)
def test_secrets_are_masked_by_name(lines: Lines, name: str) -> None:
    structlog.get_logger("test").info("login", headers={name: "hunter22"}, **{name: "hunter22"})
    assert "hunter22" not in lines.getvalue()


def test_secrets_are_masked_by_shape() -> None:
    assert mask_text("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1") == "got ****"
    assert mask_text("postgresql://dialer:hunter2@db/x") == "postgresql://dialer:****@db/x"


@pytest.mark.parametrize(
    "harmless",
    ["01a20126-bea3-72ed-a231-f9a839066a7b", "CA" + "1234567890" * 3 + "12", "2026-11-22T02:47:26.123456Z",
     "1795315646.2377384", "took 123456789 ns", "10.0.0.1"],
)  # fmt: skip
def test_ids_times_and_sids_stay_readable(harmless: str) -> None:
    assert mask_text(harmless) == harmless


def test_the_level_is_kept(lines: Lines) -> None:
    structlog.get_logger("test").debug("detail")
    assert lines.getvalue() == ""
