"""`serve`: everything on this machine with the carrier's twin, until Ctrl-C."""

import argparse
import json
import os
import sys
import urllib.error
import urllib.request

from dialer.commands.failure import CommandError
from dialer.embedded.home import Home
from dialer.embedded.stack import EmbeddedStack, StackError, TwinOptions, ending_like_ctrl_c, wait_until_interrupted


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser("serve", help="run everything here with a simulated carrier, until Ctrl-C")
    command.add_argument("--port", type=int, default=None, help="default: PORT, or 8000")
    command.add_argument(
        "--without-twin", action="store_true", help="use the carrier of TWILIO_* instead of a simulated one"
    )
    command.add_argument("--seed", type=int, default=None, help="make the simulated people repeatable")
    command.add_argument(
        "--time-factor", type=float, default=None, help="let simulated calls pass this many times faster"
    )
    command.add_argument("--calls-per-second", type=float, default=None, help="the simulated carrier's limit")
    command.set_defaults(run=serve)


def serve(options: argparse.Namespace) -> int:
    """Start, print where to go, and wait."""
    port = options.port if options.port is not None else _port_of_environment()
    twin = TwinOptions(options.seed, options.time_factor, options.calls_per_second)
    stack = EmbeddedStack(
        Home.from_env(os.environ), port, with_twin=not options.without_twin, twin_options=twin, say=_say
    )
    try:
        with ending_like_ctrl_c(), stack:
            ensure_admin(stack.url, stack.generated["ADMIN_EMAIL"], stack.generated["ADMIN_PASSWORD"])
            _say(_welcome(stack))
            wait_until_interrupted()
    except StackError as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        _say("stopped")
    return 0


def ensure_admin(url: str, email: str, password: str) -> None:
    """Found a tenant with this owner on first use; later only see that the login still works."""
    body = {"email": email, "password": password, "first_name": "Ada", "last_name": "Admin"}
    status, answer = _post(f"{url}/api/auth/register", body)
    if status == 409:
        status, answer = _post(f"{url}/api/auth/login", {"email": email, "password": password})
    if status >= 400:
        raise CommandError(f"the administrator {email} cannot log in ({status}): {answer}")


def _post(url: str, body: dict[str, str]) -> tuple[int, str]:
    request = urllib.request.Request(  # nosec B310 # noqa: S310 - our own http address
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as response:  # nosec B310 # noqa: S310 - as above
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def _welcome(stack: EmbeddedStack) -> str:
    return (
        f"\nThe dialer is ready at {stack.url}\n"
        f"  console           {stack.url}/console/\n"
        f"  API documentation {stack.url}/api/docs\n"
        f"  administrator     {stack.generated['ADMIN_EMAIL']}  password {stack.generated['ADMIN_PASSWORD']}\n"
        f"  carrier           {stack.twin_url or 'as set by TWILIO_*'}\n"
        f"  logs              {stack.home.logs}\n"
        "Ctrl-C stops everything."
    )


def _port_of_environment() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or int(text) > 65535:
        raise CommandError(f"PORT: must be a number between 0 and 65535, not {text}")
    return int(text)


def _say(message: str) -> None:
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()
