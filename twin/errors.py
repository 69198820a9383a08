"""Owns Twilio's error numbers, their texts and the HTTP status each is answered with."""

from __future__ import annotations

from typing import Any

# Names as in Twilio's published list of error codes.
MESSAGES: dict[int, str] = {
    10001: "Account is not active",
    10004: "Call concurrency limit exceeded",
    11200: "HTTP retrieval failure",
    11205: "HTTP connection failure",
    11215: "HTTP too many redirects",
    11220: "SSL/TLS Handshake Error",
    11750: "TwiML response body too large",
    12100: "Document parse failure",
    12200: "Schema validation warning",
    12300: "Invalid Content-Type",
    13201: "Dial: Cannot Dial out from a Dial Call Segment",
    13214: "Dial: Invalid callerId value",
    13223: "Dial: Invalid phone number format",
    13224: "Dial: Twilio does not support calling this number or the number is invalid",
    13225: "Dial: Call blocked by Twilio block list",
    13227: "Geo Permission configuration is not permitting call",
    13237: "Dial->Conference: Invalid Conference Name",
    13238: "Dial->Conference: Invalid Verb used in waitUrl, holdUrl, or announceUrl TwiML",
    13240: "Dial->Conference: Invalid Whisper SID",
    13520: "Say: Invalid text",
    13521: "<Say> element character limits exceeded",
    15003: "Call Progress: Warning Response to Callback URL",
    15004: "Action Callback URL must be an absolute URL when using TwiML to update in-progress calls",
    16020: "Conference is full",
    16022: "Conference does not exist or is completed",
    16023: "Invalid participant label, must not exceed 128 characters, must not be a CallSid, must not contain '/'",
    16025: "Participant label is in use by another participant",
    16028: "Participant to be whispered is not present in the conference",
    16101: "Voice Recording : Unavailable because duration is too short",
    16113: "Voice Recording: Cannot download a dual-channel presentation of a mono recording",
    20001: "Invalid parameter",
    20002: "Invalid FriendlyName",
    20003: "Authenticate",
    20004: "Method not allowed",
    20009: "Cannot delete this resource before it is complete",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    20503: "Service unavailable",
    21201: "No 'To' number specified",
    21202: "Called number is a premium number",
    21203: "International calling not enabled",
    21205: "Url is not a valid URL",
    21206: "Invalid SendDigits",
    21208: "Invalid Timeout",
    21209: "Invalid Method",
    21210: "'From' phone number not verified",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid From Number (caller ID)",
    21213: "No 'From' number specified",
    21214: "'To' phone number cannot be reached",
    21215: "Geo Permission configuration is not permitting call",
    21216: "Call blocked by Twilio blocklist",
    21217: "Phone number does not appear to be valid",
    21218: "Invalid ApplicationSid",
    21219: "'To' phone number not verified",
    21220: "Call is not in-progress. Cannot redirect.",
    21234: "Invalid Machine Detection configuration value",
    21262: "No AMD status callback URL provided",
    21263: "Invalid Answering Machine Detection Parameters",
    21401: "Invalid Phone Number",
    21402: "Invalid Url",
    21403: "Invalid Method",
    21421: "PhoneNumber is invalid",
    21422: "PhoneNumber is not available",
    21451: "Invalid area code",
    21452: "No phone numbers found in area code",
    21481: "Invalid PageToken",
    21502: "Invalid callback url",
    21609: "Invalid 'StatusCallback'",
    21626: "Invalid 'StatusCallbackEvent'",
    22005: "Call Queue Full",
    32018: "Twiml size exceeded maximum allowed value",
    32019: "Twiml and Voice URL are both set. Using Voice URL.",
}

_STATUS = {20003: 401, 20004: 405, 20404: 404, 20429: 429, 20500: 500, 20503: 503}


class TwilioError(Exception):
    """A refusal as Twilio words it: number, text, HTTP status."""

    def __init__(self, code: int, message: str | None = None, status: int | None = None) -> None:
        self.code = code
        self.message = message or MESSAGES.get(code, "Error")
        self.status = status or _STATUS.get(code, 400)
        super().__init__(f"{self.code}: {self.message}")

    def body(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def not_found(path: str) -> TwilioError:
    return TwilioError(20404, f"The requested resource {path} was not found")


class DoorError(Exception):
    """A request to one of the twin's own doors that makes no sense."""
