"""Mail over SMTP, against a server of our own; and into a folder."""

import socket
import stat
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from dialer.domain.errors import MailRefused, Unavailable
from dialer.integrations.mail import FolderMailer, SmtpMailer, build_mailer
from dialer.ports import Mail
from tests.integrations.smtp_server import MailServer, mail_server

MAIL = Mail(to="ada@example.com", subject="Ein neues Paßwort", text="Grüße\n.\nfrom here\n")
SENDER = "Dialer <dialer@example.com>"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def mailer(server: MailServer, *, login: str = "") -> SmtpMailer:
    return SmtpMailer(f"smtp://{login}127.0.0.1:{server.port}", SENDER, timeout_seconds=2)


def test_a_message_arrives_as_it_was_written(server: MailServer) -> None:
    mailer(server).send(MAIL)
    (taken,) = server.taken
    assert (taken["From"], taken["To"], taken["Subject"]) == (SENDER, MAIL.to, MAIL.subject)
    assert taken.get_content().replace("\r\n", "\n") == MAIL.text
    assert taken["Message-ID"].endswith("@example.com>")
    assert taken["Date"]


def test_line_breaks_in_a_header_write_no_further_header(server: MailServer) -> None:
    with pytest.raises(MailRefused):
        mailer(server).send(Mail("ada@example.com\r\nBcc: eve@example.com", "x", "y"))
    assert server.taken == []


@pytest.mark.parametrize(
    ("verb", "answer", "expected"),
    [("RCPT", "550 no such mailbox", MailRefused), ("RCPT", "451 try later", Unavailable),
     ("RCPT", "452 full", Unavailable), ("MAIL", "451 try later", Unavailable), ("MAIL", "550 not you", Unavailable),
     ("EHLO", "421 closing", Unavailable)],
)  # fmt: skip
def test_a_refusal_is_for_good_only_where_the_recipient_is_refused(
    server: MailServer, verb: str, answer: str, expected: type[Exception]
) -> None:
    server.answers[verb] = answer
    if verb == "EHLO":
        server.answers["HELO"] = answer
    with pytest.raises(expected):
        mailer(server).send(MAIL)
    assert server.taken == []


def test_a_password_is_not_sent_without_encryption(server: MailServer) -> None:
    with pytest.raises(Unavailable, match="TLS"):
        mailer(server, login="dialer:secret@").send(MAIL)
    assert not [command for command in server.commands if command.startswith("AUTH")]


def test_no_server_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unavailable):
        SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER, timeout_seconds=1).send(MAIL)


def test_a_server_that_says_nothing_is_unavailable() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(Unavailable):
            SmtpMailer(f"smtp://127.0.0.1:{silent.getsockname()[1]}", SENDER, timeout_seconds=0.3).send(MAIL)


def test_without_a_server_mails_are_files_that_only_the_owner_reads(tmp_path: Path) -> None:
    chosen = build_mailer(None, SENDER, tmp_path)
    assert isinstance(chosen, FolderMailer)
    chosen.send(MAIL)
    (path,) = (tmp_path / "mail").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert message_from_bytes(path.read_bytes(), policy=policy.SMTP)["To"] == MAIL.to


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(Unavailable):
        FolderMailer(tmp_path / "mail", SENDER).send(MAIL)


@pytest.mark.parametrize(
    ("url", "shown"),
    [("smtp://dialer:secret@mail.example.com", "SmtpMailer(mail.example.com:587)"),
     ("smtps://mail.example.com", "SmtpMailer(mail.example.com:465)")],
)  # fmt: skip
def test_ports_are_the_usual_ones_and_the_password_is_not_shown(url: str, shown: str) -> None:
    assert repr(SmtpMailer(url, SENDER)) == shown
