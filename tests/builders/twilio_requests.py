"""Requests to our webhooks, signed as Twilio signs them."""

from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from flask import Flask
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from dialer.ports import CarrierAccount

PUBLIC = "https://dialer.example.com"


@dataclass
class Twilio:
    """Sends webhooks to the application as this account's Twilio would; any part of it may be forged."""

    app: Flask
    account: CarrierAccount

    def post(
        self,
        path: str,
        form: dict[str, Any] | None = None,
        *,
        expect: int = 204,
        signature: str | None = "",
        token: str | None = None,
        url: str | None = None,
        base: str = PUBLIC,
        claim: bool = True,
    ) -> TestResponse:
        sent = MultiDict({**({"AccountSid": self.account.account_sid} if claim else {}), **(form or {})})
        address = f"/webhooks/twilio{path}"
        if signature == "":
            validator = RequestValidator(token or self.account.auth_token)
            signature = validator.compute_signature(url or PUBLIC + address, sent)
        headers = {} if signature is None else {"X-Twilio-Signature": signature}
        response = self.app.test_client().post(address, data=sent, headers=headers, base_url=base, buffered=True)
        assert response.status_code == expect, f"{path}: {response.status} {response.get_data(as_text=True)[:300]}"
        return response

    def document(self, path: str, form: dict[str, Any] | None = None) -> ElementTree.Element:
        response = self.post(path, form, expect=200)
        assert response.mimetype == "text/xml"
        return ElementTree.fromstring(response.data)
