"""Runs a twin alone: `python -m twin --port 8100 --account-sid AC… --auth-token …`."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys

from twin.app import TwinServer
from twin.identifiers import is_sid
from twin.phone_numbers import normalise
from twin.world import TwinSettings, World


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    problem = _problem_with(options)
    if problem:
        sys.stderr.write(f"twin: {problem}\n")
        return 2
    settings = TwinSettings(
        account_sid=options.account_sid,
        auth_token=options.auth_token,
        seed=options.seed,
        time_factor=options.time_factor,
        calls_per_second=options.calls_per_second,
        twiml_app_sids=tuple(options.twiml_app_sid),
        numbers=tuple(options.number),
        api_keys=((options.api_key_sid, options.api_key_secret),) if options.api_key_sid else (),
        strict_from=options.strict_from,
        public_url=options.public_url,
    )
    return asyncio.run(_serve(settings, options.host, options.port))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="twin", description="A stand-in for Twilio Programmable Voice.")
    parser.add_argument("--port", type=int, default=8100, help="0 takes any free port")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--account-sid", default=os.environ.get("TWILIO_ACCOUNT_SID", ""))
    parser.add_argument("--auth-token", default=os.environ.get("TWILIO_AUTH_TOKEN", ""))
    parser.add_argument("--seed", type=int, default=0, help="the same seed makes the same people")
    parser.add_argument("--time-factor", type=float, default=1.0, help="people and carrier run so many times faster")
    parser.add_argument("--calls-per-second", type=float, default=1.0, help="the first account's allowance")
    parser.add_argument("--twiml-app-sid", action="append", default=[], help="an application to have from the start")
    parser.add_argument("--number", action="append", default=[], help="a number (E.164) to own from the start")
    parser.add_argument("--api-key-sid", default=os.environ.get("TWILIO_API_KEY_SID", ""), help="an API key to accept")
    parser.add_argument("--api-key-secret", default=os.environ.get("TWILIO_API_KEY_SECRET", ""))
    parser.add_argument("--strict-from", action="store_true", help="refuse a From that the account does not own")
    parser.add_argument("--public-url", help="how others reach this server, for RecordingUrl and media_url")
    return parser


def _problem_with(options: argparse.Namespace) -> str | None:
    if not is_sid(options.account_sid, "AC"):
        return "--account-sid must be AC and 32 hexadecimal digits"
    if not options.auth_token:
        return "--auth-token is missing"
    if options.time_factor <= 0 or options.calls_per_second <= 0:
        return "--time-factor and --calls-per-second must be positive"
    if options.api_key_sid and not (is_sid(options.api_key_sid, "SK") and options.api_key_secret):
        return "--api-key-sid must be SK and 32 hexadecimal digits, and needs --api-key-secret"
    strange = [number for number in options.number if normalise(number) != number]
    if strange:
        return f"--number must be in E.164: {strange[0]}"
    wrong = [sid for sid in options.twiml_app_sid if not is_sid(sid, "AP")]
    return f"--twiml-app-sid must be AP and 32 hexadecimal digits: {wrong[0]}" if wrong else None


async def _serve(settings: TwinSettings, host: str, port: int) -> int:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    server = TwinServer(World(settings), host, port)
    try:
        address = await server.start()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        sys.stderr.write(f"twin: cannot listen on {host}:{port}: {reason}\n")
        return 1
    sys.stdout.write(f"twin listening on {address}\n")
    sys.stdout.flush()
    await stopping.wait()
    await server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
