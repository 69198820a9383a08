"""`replay`: what pacing decided, decided again from what was kept."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, cast
from uuid import UUID

from dialer.commands.environment import database_owner_url
from dialer.commands.failure import CommandError
from dialer.domain.errors import NotFound
from dialer.domain.ids import CampaignId

if TYPE_CHECKING:
    from dialer.domain.pacing import Pacer


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser(
        "replay", help="decide again what pacing decided; status 1 if the same engine gives another answer"
    )
    command.add_argument("--campaign", type=UUID, required=True, metavar="ID")
    command.add_argument("--from", dest="since", type=_instant, metavar="TIME", help="ISO 8601; default an hour ago")
    command.add_argument("--to", dest="until", type=_instant, metavar="TIME", help="ISO 8601; default now")
    command.add_argument("--pacer", metavar="MODULE:CLASS", help="ask this pacer instead of the campaign's own")
    command.add_argument("--differences", action="store_true", help="print only decisions that came out differently")
    command.set_defaults(run=run_replay)


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a time: {text!r}") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def run_replay(options: argparse.Namespace) -> int:
    """Print each decision beside the one of then. Everything comes from the database; nothing is placed or written."""
    from sqlalchemy.exc import DBAPIError  # these, so that `serve`, which registers this too, idles smaller

    from dialer.integrations.clock import SystemClock
    from dialer.store.session import Database
    from dialer.usecases import pacing_replay

    until = options.until or SystemClock().now()
    database = Database(database_owner_url(), pool_size=1, application_name="dialer-replay")
    try:
        report = pacing_replay.replay_campaign(
            database,
            campaign_id=CampaignId(options.campaign),
            since=options.since or until - timedelta(hours=1),
            until=until,
            make_pacer=None if options.pacer is None else _pacer_class(options.pacer),
        )
    except NotFound as error:
        raise CommandError(error.message) from error
    except DBAPIError as error:
        raise CommandError(f"the database cannot be read: {error.orig}") from error
    finally:
        database.dispose()
    for line in pacing_replay.iterate_lines(report, only_differences=options.differences):
        sys.stdout.write(f"{line}\n")
    different = sum(bool(replayed.differs) for replayed in report.decisions)
    sys.stdout.write(
        f"{len(report.decisions)} decisions, {different} different, {report.contradictions} of them by the same engine "
        f"({report.engine}); {report.skipped} lie before the first state that was kept\n"
    )
    return 1 if report.contradictions else 0


def _pacer_class(name: str) -> "Callable[[], Pacer]":
    module, _, cls = name.partition(":")
    try:
        return cast("Callable[[], Pacer]", getattr(import_module(module), cls))
    except (ImportError, AttributeError, ValueError) as error:
        raise CommandError(f"--pacer {name}: {error}") from error
