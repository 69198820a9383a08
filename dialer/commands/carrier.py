"""`carrier`: the platform's account at the carrier."""

import argparse
import sys

from dialer.commands.environment import settings
from dialer.commands.failure import CommandError


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command group."""
    group = commands.add_parser("carrier", help="the platform's account at the carrier")
    actions = group.add_subparsers(dest="action", metavar="ACTION", required=True)
    setup = actions.add_parser(
        "setup", help="point the account's TwiML app, which agents' consoles call, at PUBLIC_URL"
    )
    setup.set_defaults(run=set_up)


def set_up(_: argparse.Namespace) -> int:
    """Set the voice URL of the TwiML app. Running it again changes nothing."""
    from dialer import bootstrap  # here: `serve` registers this too, and idles better without
    from dialer.domain.errors import CarrierError
    from dialer.integrations.carriers.twilio.carrier import TwilioCarrier

    known = settings()
    if known.twilio_twiml_app_sid is None:
        raise CommandError("TWILIO_TWIML_APP_SID is not set: create a TwiML app in the carrier's console first")
    carrier = TwilioCarrier(known.public_url, api_base_url=known.twilio_api_base_url)
    try:
        carrier.point_app_at_us(bootstrap.platform_account(known))
    except CarrierError as error:
        raise CommandError(f"the carrier did not accept it: {error}") from error
    sys.stdout.write(f"{known.twilio_twiml_app_sid} now asks {known.public_url}/webhooks/twilio/agent-leg\n")
    return 0
