"""The `Mailer` port: over SMTP, or into a folder where no mail server is set up."""

import os
import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

import structlog
from uuid_utils.compat import uuid7

from dialer.domain.errors import MailRefused, Unavailable
from dialer.ports import Mail, Mailer

log = structlog.get_logger()

# A server that takes longer is asked again later.
TIMEOUT_SECONDS = 10.0
_PERMANENT = range(500, 600)


class SmtpMailer:
    """Hands mail to a server: `smtps://` with TLS from the start, `smtp://` with STARTTLS where the server offers it.

    A name and password are sent over TLS alone. Certificates are checked.
    """

    leads_to: Literal["server", "folder", "nowhere"] = "server"

    def __init__(self, url: str, sender: str, *, timeout_seconds: float = TIMEOUT_SECONDS):
        parts = urlsplit(url)
        self._is_tls = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._is_tls else 587)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._timeout = timeout_seconds

    def __repr__(self) -> str:
        return f"SmtpMailer({self._host}:{self._port})"

    def send(self, mail: Mail) -> None:
        """See `Mailer.send`."""
        try:
            with self._connect() as server:
                self._secure(server)
                server.send_message(_message(mail, self._sender))
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            raise _trouble(max(codes, default=0)) from None
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPSenderRefused, smtplib.SMTPHeloError) as refused:
            # That is about us, not about this message: an operator mends it, and then the mail goes out.
            raise Unavailable(f"The mail server refuses us with {refused.smtp_code}.") from None
        except smtplib.SMTPResponseException as refused:
            raise _trouble(refused.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise MailRefused("the server cannot take this address") from None
        except (smtplib.SMTPException, OSError) as trouble:
            raise Unavailable(f"The mail server cannot be reached: {type(trouble).__name__}.") from None

    def _connect(self) -> smtplib.SMTP:
        if self._is_tls:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=ssl.create_default_context())
        return smtplib.SMTP(self._host, self._port, timeout=self._timeout)

    def _secure(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        is_secure = self._is_tls
        if not is_secure and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo_or_helo_if_needed()
            is_secure = True
        if self._user is not None:
            if not is_secure:
                raise Unavailable("The mail server offers no TLS, and the password is not sent without.")
            server.login(self._user, self._password)


class FolderMailer:
    """Writes each mail into a file that only its owner can read: for machines without a mail server."""

    leads_to: Literal["server", "folder", "nowhere"] = "folder"

    def __init__(self, folder: Path, sender: str):
        self._folder = folder
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """See `Mailer.send`."""
        path = self._folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid7()}.eml"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(_message(mail, self._sender).as_bytes())
        except OSError as trouble:
            raise Unavailable(f"The mail cannot be written: {trouble.strerror}.") from trouble
        log.info("mail_written", path=str(path), subject=mail.subject)


def build_mailer(smtp_url: str | None, sender: str, home: Path) -> Mailer:
    """Over SMTP if a server is named, else into `home`/mail."""
    return FolderMailer(home / "mail", sender) if smtp_url is None else SmtpMailer(smtp_url, sender)


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    try:
        message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    except (ValueError, IndexError):
        # The standard library refuses line breaks, with which further headers could be written.
        raise MailRefused("the address or the subject cannot stand in a header") from None
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">") or None)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def _trouble(code: int) -> MailRefused | Unavailable:
    if code in _PERMANENT:
        return MailRefused(f"the server answered {code}")
    return Unavailable(f"The mail server answered {code}.")
