"""The operator's commands as a person meets them: exit status and one clear message."""

import os
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _dialer(*arguments, stdin="", **environ):
    base = {name: os.environ[name] for name in ("PATH", "PYTHONDONTWRITEBYTECODE") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "dialer", *arguments],
        cwd=ROOT,
        env=base | environ,
        check=False,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_upgrade_and_status(empty_database_urls, tmp_path):
    environ = {
        "DATABASE_URL": empty_database_urls.application,
        "DATABASE_OWNER_URL": empty_database_urls.owner,
        "DIALER_HOME": str(tmp_path),
    }
    assert _dialer("db", "status", **environ).returncode == 1
    assert _dialer("db", "upgrade", **environ).returncode == 0
    assert _dialer("db", "status", **environ).returncode == 0


def test_without_a_database_the_message_says_what_is_missing(tmp_path):
    result = _dialer("db", "status", DIALER_HOME=str(tmp_path))
    assert result.returncode == 1
    assert result.stderr == f"DATABASE_URL is not set, and no stack is running under {tmp_path}\n"


def test_a_database_that_does_not_answer_is_a_message(tmp_path):
    result = _dialer("db", "status", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert result.returncode == 1
    assert result.stderr.startswith("the database does not answer: ")


def test_all_wrong_settings_are_listed(tmp_path):
    result = _dialer("check-config", DIALER_HOME=str(tmp_path), PORT="x")
    assert result.returncode == 1
    assert {"DATABASE_URL", "SECRET_KEY", "PORT"} <= {line.split(":")[0] for line in result.stderr.splitlines()}


def test_a_home_that_cannot_be_written_ends_serve_with_one_line(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    result = _dialer("serve", "--port", "0", DIALER_HOME=str(file / "home"))
    assert result.returncode == 1
    assert result.stderr.startswith("DIALER_HOME ")
    assert result.stderr.count("\n") == 1


def test_a_running_stack_is_found_by_its_home(database_urls, tmp_path):
    running = tmp_path / "running.env"
    running.write_text(f"DATABASE_URL={database_urls.application}\nDATABASE_OWNER_URL={database_urls.owner}\n")
    running.chmod(stat.S_IRUSR)
    assert _dialer("db", "status", DIALER_HOME=str(tmp_path)).returncode == 0


def test_a_created_user_founds_a_tenant_once(fresh_database_urls, tmp_path):
    environ = {
        "DATABASE_URL": fresh_database_urls.application,
        "REDIS_URL": "redis://127.0.0.1:1",
        "SECRET_KEY": "s" * 32,
        "JWT_SECRET_KEY": "j" * 32,
        "FIELD_ENCRYPTION_KEYS": "nbTXWUjpHrVL0u9GiK7mVfCMKy1BFFpWJtZJbZv0y3Q=",
        "PUBLIC_URL": "https://dialer.example.com",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "token",
        "DIALER_HOME": str(tmp_path),
    }
    arguments = ("create-user", "--email", "ada@example.com", "--first-name", "Ada", "--password-stdin")
    created = _dialer(*arguments, stdin="correct horse\n", **environ)
    assert created.returncode == 0
    assert " is owner of tenant " in created.stdout
    again = _dialer(*arguments, stdin="correct horse\n", **environ)
    assert (again.returncode, again.stdout) == (1, "")
    short = _dialer(*arguments, stdin="short\n", **environ)
    assert short.stderr == "the password needs 8 to 200 characters\n"
