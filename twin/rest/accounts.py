"""Owns the Accounts and Balance resources."""

from __future__ import annotations

from twin.errors import TwilioError
from twin.rest import forms
from twin.rest.paging import page_answer
from twin.rest.representations import present_account
from twin.rest.request import Answer, RestRequest


async def fetch_account(request: RestRequest) -> Answer:
    return Answer(body=present_account(request.account), name="Account")


async def update_account(request: RestRequest) -> Answer:
    forms.warn_unknown(request, frozenset({"FriendlyName", "Status"}))
    name = forms.limited(request, "FriendlyName", 64, 20002)
    status = forms.choice(request, "Status", ("active", "suspended", "closed"))
    request.account.friendly_name = name or request.account.friendly_name
    request.account.status = status or request.account.status
    return Answer(body=present_account(request.account), name="Account")


async def list_accounts(request: RestRequest) -> Answer:
    found = [request.account]
    for name, attribute in (("FriendlyName", "friendly_name"), ("Status", "status")):
        wanted = request.query.get(name)
        found = [a for a in found if not wanted or getattr(a, attribute) == wanted]
    return page_answer(request, "accounts", found, lambda a: a.sid, present_account)


async def create_account(_request: RestRequest) -> Answer:
    raise TwilioError(20003, "Further accounts are made through the twin's own door, POST /_twin/accounts")


async def fetch_balance(request: RestRequest) -> Answer:
    spent = sum(float(call.price or 0) for call in request.account.calls.values())
    body = {"account_sid": request.account.sid, "balance": f"{1000 + spent:.2f}", "currency": "USD"}
    return Answer(body=body, name="Balance")
