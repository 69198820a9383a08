"""Tries what the product needs of the world outside for one tenant, step by step, and says what to do about each.

Nothing is changed but that the asker gets a mail. A step that fails says so and never raises; what depends on it is
skipped. `code` names a finding for programs, and for pages that say it in the reader's language.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import structlog

from dialer.domain.destinations import DestinationRefused, DestinationUnreachable
from dialer.domain.errors import CarrierError, CarrierRefused, MailRefused, Unavailable
from dialer.domain.principals import Principal, Role
from dialer.ports import CarrierAccount, Mail
from dialer.store import audit_log
from dialer.store import users as user_store
from dialer.usecases.carrier_accounts import load_account
from dialer.usecases.services import Services

log = structlog.get_logger()

Part = Literal["carrier", "address", "mail"]
Outcome = Literal["ok", "warning", "failed", "skipped"]
PARTS: tuple[Part, ...] = ("carrier", "address", "mail")
ALL_SECONDS = 10.0
"""After this no further step begins; each has a time-out of its own besides. Pages wait for 20 seconds."""
REQUEST_SECONDS = 8.0
MAIL_PAUSE = timedelta(minutes=1)
"""Between two test mails to one person."""
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 # nosec B104 - compared, not bound to
TRIED = "connection.tried"


@dataclass(frozen=True)
class Finding:
    """What came of one step, with the figures and names that belong to it."""

    outcome: Outcome
    code: str
    message: str
    advice: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StepResult:
    """One step of the test."""

    name: str
    part: Part
    finding: Finding
    milliseconds: int


@dataclass(frozen=True)
class _Trial:
    """What the steps share."""

    services: Services
    actor: Principal
    account: CarrierAccount
    email: str


Step = tuple[str, Part, str | None, Callable[[_Trial], Finding]]


def try_connection(services: Services, *, actor: Principal, parts: Sequence[Part] = PARTS) -> tuple[StepResult, ...]:
    """Try the parts that are wanted and note in the audit log what came of it."""
    actor.require(Role.ADMIN)
    account = load_account(services, tenant_id=actor.tenant_id)
    with services.transaction(actor.tenant_id) as tx:
        user = user_store.find_user(tx.session, actor.user_id)
    trial = _Trial(services, actor, account, "" if user is None else user.email)
    results = tuple(_results(trial, frozenset(parts)))
    with services.transaction(actor.tenant_id) as tx:
        audit_log.record(
            tx.session,
            tenant_id=actor.tenant_id,
            at=services.clock.now(),
            actor_id=actor.user_id,
            action=TRIED,
            object_type="connection",
            changes={result.name: {"after": result.finding.code} for result in results},
        )
    return results


def _results(trial: _Trial, parts: frozenset[Part]) -> Iterator[StepResult]:
    began = time.monotonic()
    good: set[str] = set()
    for name, part, needs, step in STEPS:
        if part not in parts:
            continue
        started = time.monotonic()
        if needs is not None and needs not in good:
            finding = Finding("skipped", "not_reached", "Not tried, because an earlier step did not succeed.")
        elif started - began > ALL_SECONDS:
            finding = Finding("skipped", "no_time_left", "Not tried: the steps before took too long.", "Try again.")
        else:
            finding = _careful(name, step, trial)
        if finding.outcome in ("ok", "warning"):
            good.add(name)
        yield StepResult(name, part, finding, round((time.monotonic() - started) * 1000))


def _careful(name: str, step: Callable[[_Trial], Finding], trial: _Trial) -> Finding:
    try:
        return step(trial)
    except CarrierRefused as refusal:
        return _refused(refusal)
    except CarrierError:
        return Finding(
            "failed",
            "carrier_unreachable",
            "The carrier did not answer, or not in time.",
            "Try again in a minute. If it stays so, see whether this server may reach the carrier, and the carrier's "
            "status page.",
        )
    except Exception:
        # A page with steps is to show nine good ones and this, and the log what it was.
        log.exception("connection_step_broke", step=name)
        return Finding("failed", "step_broke", "This step broke off for a reason of ours.", "Look into the log.")


def _refused(refusal: CarrierRefused) -> Finding:
    code = "" if refusal.carrier_code is None else str(refusal.carrier_code)
    return Finding(
        "failed",
        "carrier_refused",
        f"The carrier refused: {refusal}" + (f" (error {code})." if code else "."),
        "Compare the account with the carrier's own pages.",
        {"code": code, "reason": str(refusal)},
    )


def _try_credentials(trial: _Trial) -> Finding:
    try:
        standing = trial.services.carrier.fetch_standing(trial.account)
    except CarrierRefused as refusal:
        if refusal.scope != "account" and refusal.carrier_code != _NO_SUCH_ACCOUNT:
            raise
        return Finding(
            "failed",
            "credentials_refused",
            "The carrier does not accept the account's id and token.",
            "Copy both anew from the carrier's pages. A token that was rotated there has to be changed here, too.",
        )
    if standing == "active":
        return Finding("ok", "credentials_accepted", "The carrier accepts the account's id and token.")
    return Finding(
        "failed",
        f"account_{standing}",
        f"The carrier accepts the credentials, but the account is {standing}.",
        "Nothing can be called. The carrier's pages say why, often an unpaid bill.",
    )


def _try_numbers(trial: _Trial) -> Finding:
    numbers = trial.services.carrier.list_caller_numbers(trial.account)
    able = sum(number.has_voice for number in numbers)
    if able:
        return Finding("ok", "numbers_found", f"Numbers to call from: {able}.", facts={"count": str(able)})
    return Finding(
        "warning",
        "no_numbers",
        "The account has no number to call from.",
        "Buy a number with voice at the carrier, or have one verified there; then fetch the list under Numbers.",
    )


def _try_api_key(trial: _Trial) -> Finding:
    if trial.account.api_key_sid is None:
        return Finding(
            "warning",
            "api_key_missing",
            "No API key is set: agents can work from telephones, not from browsers.",
            "Create a standard API key at the carrier and enter its id and secret.",
        )
    try:
        trial.services.carrier.check_api_key(trial.account)
    except CarrierRefused as refusal:
        if refusal.scope != "account":
            raise
        return Finding(
            "failed",
            "api_key_refused",
            "The carrier does not accept the API key. Calls are placed with it as well, so none can be.",
            "Create a new key at the carrier: the secret of an old one is shown nowhere.",
        )
    return Finding("ok", "api_key_accepted", "The carrier accepts the API key for audio in browsers.")


def _try_console_app(trial: _Trial) -> Finding:
    if trial.account.twiml_app_sid is None:
        return Finding(
            "warning",
            "app_missing",
            "No TwiML app is set: agents can work from telephones, not from browsers.",
            "Create a TwiML app at the carrier and enter its id.",
        )
    app = trial.services.carrier.find_console_app(trial.account)
    if app is None:
        return Finding(
            "failed",
            "app_not_found",
            "The carrier knows no TwiML app with this id in this account.",
            "Compare the id with the carrier's pages.",
        )
    if (app.voice_url or "").split("#", maxsplit=1)[0] != app.wanted_url:
        return Finding(
            "failed",
            "app_points_elsewhere",
            f"The TwiML app does not ask this installation. Its voice URL has to be {app.wanted_url}.",
            "Enter that address in the app's voice URL at the carrier, with POST.",
            {"url": app.wanted_url},
        )
    return Finding("ok", "app_points_here", "The TwiML app asks this installation what to do.")


def _try_public_url(trial: _Trial) -> Finding:
    url = trial.services.public_url
    parts = urlsplit(url)
    facts = {"url": url}
    if (parts.hostname or "") in _LOCAL_HOSTS:
        return Finding(
            "skipped",
            "address_is_local",
            f"{url} is this machine's own address: no carrier on the internet reaches it.",
            "Fine with the carrier's twin. For real calls, set PUBLIC_URL to an https address that leads here.",
            facts,
        )
    if parts.scheme != "https":
        return Finding(
            "failed",
            "address_without_tls",
            f"{url} is not https: browsers give no microphone there, and what the carrier says can be read on the way.",
            "Put a proxy with a certificate in front, and set PUBLIC_URL to its https address.",
            facts,
        )
    try:
        answer = trial.services.outgoing.send("GET", f"{url}/healthz", timeout_seconds=REQUEST_SECONDS)
    except DestinationRefused as refused:
        return _not_public(url, str(refused))
    except DestinationUnreachable as unreachable:
        return _not_public(url, str(unreachable))
    if answer.status != 200:
        return Finding(
            "failed",
            "address_answers_otherwise",
            f"{url}/healthz answers {answer.status}: somebody else is there, or a proxy that does not let it through.",
            "Look at the proxy's settings.",
            {**facts, "status": str(answer.status)},
        )
    return Finding("ok", "address_answers", f"{url} answers, with a valid certificate.", facts=facts)


def _not_public(url: str, reason: str) -> Finding:
    return Finding(
        "failed",
        "address_unreachable",
        f"{url} cannot be reached from here: {reason}.",
        "Look at the name's address, the certificate and the firewall. Some networks reach their own public address "
        "from outside only: then try from another one.",
        {"url": url, "reason": reason},
    )


def _try_signature(trial: _Trial) -> Finding:
    """Be the carrier for one request: signed, about an agent that nobody has, so that nothing comes of it."""
    account = trial.services.platform_account
    url = f"{trial.services.public_url}/webhooks/twilio/agent-leg"
    form = {"AccountSid": account.account_sid, "CallSid": "CA" + "0" * 32, "From": f"client:agent_{UUID(int=0)}"}
    headers = {
        "X-Twilio-Signature": trial.services.carrier.sign_webhook(account, url=url, form=form),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    try:
        answer = trial.services.outgoing.send(
            "POST", url, headers=headers, body=urlencode(form).encode(), timeout_seconds=REQUEST_SECONDS
        )
    except (DestinationRefused, DestinationUnreachable) as trouble:
        return _not_public(url, str(trouble))
    if answer.status == _UNKNOWN_AGENT:
        return Finding("ok", "signature_survives", "A signed request came through the public address unchanged.")
    return Finding(
        "failed",
        "signature_lost",
        f"A signed request to {url} was answered with {answer.status}: the carrier's requests would be, too.",
        "A proxy changes the path, the query or the body. It has to pass them on as they are.",
        {"url": url, "status": str(answer.status)},
    )


def _try_mail(trial: _Trial) -> Finding:
    services, facts = trial.services, {"to": trial.email}
    if services.mailer.leads_to == "nowhere":
        return Finding("failed", "no_mail", "No way to send mail is set up.", "Set SMTP_URL and MAIL_FROM.")
    if _mailed_lately(trial):
        return Finding("skipped", "mailed_lately", "You were sent a test mail less than a minute ago.", "Look for it.")
    mail = Mail(
        to=trial.email,
        subject="A test of the mail settings",
        text=f"This is the mail that the connection test at {services.public_url} promised. Nothing is to be done.\n",
    )
    try:
        services.mailer.send(mail)
    except MailRefused as refused:
        return Finding(
            "failed",
            "mail_refused",
            f"The mail server does not take a mail to {trial.email}: {refused}.",
            "Look whether the address is right, and whether MAIL_FROM is one that the server lets you use.",
            {**facts, "reason": str(refused)},
        )
    except Unavailable as trouble:
        return Finding(
            "failed",
            "mail_unavailable",
            trouble.message,
            "Look at SMTP_URL: name, port, user and password. Invitations and new passwords wait until it works.",
            {**facts, "reason": trouble.message},
        )
    if services.mailer.leads_to == "folder":
        return Finding(
            "warning",
            "mail_into_folder",
            "No mail server is set up: mails are written into a folder on the server, and nobody gets them.",
            "Set SMTP_URL and MAIL_FROM. Until then, links of invitations are in the files there.",
            facts,
        )
    return Finding(
        "ok",
        "mail_sent",
        f"The mail server took a test mail to {trial.email}.",
        "If it does not arrive, look into the folder for unwanted mail.",
        facts,
    )


def _mailed_lately(trial: _Trial) -> bool:
    with trial.services.transaction(trial.actor.tenant_id) as tx:
        return audit_log.has_entry(
            tx.session,
            tenant_id=trial.actor.tenant_id,
            actor_id=trial.actor.user_id,
            action=TRIED,
            since=trial.services.clock.now() - MAIL_PAUSE,
            field="mail",
            values=("mail_sent", "mail_into_folder", "mail_refused", "mail_unavailable"),
        )


# Twilio's number for an account that it does not have; and our own answer about an agent whom nobody knows.
_NO_SUCH_ACCOUNT = 20404
_UNKNOWN_AGENT = 404

STEPS: tuple[Step, ...] = (
    ("credentials", "carrier", None, _try_credentials),
    ("numbers", "carrier", "credentials", _try_numbers),
    ("api_key", "carrier", "credentials", _try_api_key),
    ("console_app", "carrier", "credentials", _try_console_app),
    ("public_url", "address", None, _try_public_url),
    ("signature", "address", "public_url", _try_signature),
    ("mail", "mail", None, _try_mail),
)
"""Name, part, the step that has to have succeeded before, and what is tried."""
