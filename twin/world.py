"""Owns everything one running twin consists of, and puts its parts together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin.accounts import Account, Settings
from twin.carrier.calls import Address, Call, Instructions, Subscription
from twin.carrier.exchange import Exchange
from twin.carrier.inbound import begin_inbound
from twin.carrier.placement import PlacementQueue
from twin.clock import Clock
from twin.errors import DoorError
from twin.faults import FaultPlan
from twin.identifiers import is_sid, new_sid
from twin.log import WitnessLog
from twin.phone_numbers import is_client, normalise
from twin.population import Behaviour, Population
from twin.rest import applications, numbers
from twin.scripts import ScriptBook
from twin.twiml.interpreter import Interpreter
from twin.twiml.side import WaitMusic
from twin.webhooks import WebhookSender


@dataclass(frozen=True)
class TwinSettings:
    """What the command line decides."""

    account_sid: str
    auth_token: str
    seed: int = 0
    time_factor: float = 1.0
    calls_per_second: float = 1.0
    twiml_app_sids: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    api_keys: tuple[tuple[str, str], ...] = ()
    strict_from: bool = False
    public_url: str | None = None


class World:
    def __init__(self, settings: TwinSettings) -> None:
        self.settings = settings
        self.base_url = ""
        self.clock = Clock(settings.time_factor)
        self.log = WitnessLog(self.clock)
        self.faults = FaultPlan(settings.seed)
        self.sender = WebhookSender(self.log, self.faults)
        self.accounts: dict[str, Account] = {}
        self._begin()

    def _begin(self) -> None:
        settings = self.settings
        self.population = Population(settings.seed)
        self.population.configure({"strict_from": settings.strict_from})
        self.scripts = ScriptBook(self.population)
        self.exchange = Exchange(self.clock, self.sender, self.log, self.scripts, self.faults, lambda: self.base_url)
        self.exchange.interpret = Interpreter(self.exchange).run_call
        self.exchange.rooms.play_wait_music = WaitMusic(self.exchange).begin
        account = self.add_account(settings.account_sid, settings.auth_token, settings.calls_per_second)
        account.keys.update(settings.api_keys)
        for number in settings.numbers:
            self.own_number(account, number)
        for sid in settings.twiml_app_sids:
            now = self.clock.now()
            account.applications[sid] = Settings(sid, now, now, applications.default_values("Twin application"))

    async def reset(self) -> None:
        """Forget every call, script, fault and account but the first; pending timers find nothing left to change."""
        for account in self.accounts.values():
            account.placement.clear()
            for recording in account.recordings.values():
                recording.status = "deleted"
            for conference in account.conferences.values():
                conference.subscription = None
                conference.status = "completed"
            for call in account.calls.values():
                call.subscription = None
                if call.far_end is not None:
                    call.far_end.leave()
                for timer in call.timers:
                    timer.cancel()
                call.status = "completed"
        self.accounts.clear()
        await self.sender.drain()
        self.faults.clear()
        self.log.clear()
        self._begin()

    def add_account(self, sid: str, auth_token: str, calls_per_second: float) -> Account:
        account = Account(sid, auth_token, PlacementQueue(calls_per_second), self.clock.now())
        self.accounts[sid] = account
        return account

    def own_number(self, account: Account, phone_number: str, **values: Any) -> Settings:
        defaults = numbers.default_values(phone_number)
        return account.own_number(defaults | values, self.clock.now())

    def find_call(self, sid: object) -> Call:
        for account in self.accounts.values():
            if isinstance(sid, str) and sid in account.calls:
                return account.calls[sid]
        raise DoorError(f"no such call: {sid}")

    def application_orders(self, application: Settings) -> tuple[Instructions, Subscription | None]:
        return orders_of(application)

    def call_in(self, from_: str, to: str, params: dict[str, str], behaviour: Behaviour) -> Call:
        """Let somebody call a number or an application. Raises DoorError when nobody is there to take it."""
        account, target, sid = self._target(to)
        instructions, subscription = orders_of(target)
        if instructions.url is None:
            raise DoorError(f"{to} has no voice URL")
        is_application = sid.startswith("AP")
        if not is_client(from_):
            number = normalise(from_)
            if number is None:
                raise DoorError("from must be a phone number or client:identity")
            from_ = number
        call = self.exchange.new_call(
            account,
            params.get("To", "") if is_application else target.values["phone_number"],
            from_,
            "inbound",
            instructions=instructions,
            subscription=subscription,
            application_sid=sid if is_application else None,
            phone_number_sid=None if is_application else sid,
            behaviour=behaviour,
            extra_fields=[(key, value) for key, value in params.items() if key != "To"],
        )
        begin_inbound(self.exchange, call)
        return call

    def _target(self, to: str) -> tuple[Account, Settings, str]:
        """Find whom a call is for: an application (`AP…`, `app:AP…`) or a number; its own one first, then its app."""
        sid = to.removeprefix("app:")
        for account in self.accounts.values():
            if is_sid(sid, "AP") and sid in account.applications:
                return account, account.applications[sid], sid
            number = account.number(normalise(to) or to)
            if number is None:
                continue
            application = account.applications.get(number.values.get("voice_application_sid") or "")
            if application is not None:
                merged = Settings(number.sid, number.date_created, number.date_updated, dict(application.values))
                merged.values["phone_number"] = number.values["phone_number"]
                return account, merged, number.sid
            return account, number, number.sid
        raise DoorError(f"nobody takes calls at {to}")

    def new_key(self, account: Account, secret: str, sid: str | None = None) -> str:
        sid = sid or new_sid("SK")
        account.keys[sid] = secret
        return sid


def orders_of(target: Settings) -> tuple[Instructions, Subscription | None]:
    """Read a number's or an application's addresses as orders for a call."""
    values = target.values
    fallback = values.get("voice_fallback_url")
    callback = values.get("status_callback")
    instructions = Instructions(
        url=values.get("voice_url") or None,
        method=values.get("voice_method") or "POST",
        fallback=Address(fallback, values.get("voice_fallback_method") or "POST") if fallback else None,
    )
    subscription = None
    if callback:
        subscription = Subscription(Address(callback, values.get("status_callback_method") or "POST"))
    return instructions, subscription
