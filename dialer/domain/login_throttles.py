"""How failed logins are counted, and how long they make one wait.

Three counts, of which a login takes one or two:

- from a network that this account has been used from before: account and network together;
- from anywhere else: the account, and the network.

So guessing at an account from elsewhere slows down others who come from elsewhere, and never its owner at the usual
place; and guessing at many accounts from one network slows down that network.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import timedelta

# An account or place forgets after a day without failures. A network that nobody came from for three months is strange.
FORGET_AFTER = timedelta(hours=24)
PLACE_KNOWN_FOR = timedelta(days=90)
MAX_DELAY = timedelta(minutes=15)


@dataclass(frozen=True)
class Throttle:
    """One count: `free` failures cost nothing, each further one doubles the wait, which begins with a second."""

    key: str
    free: int

    def wait_after(self, failures: int) -> timedelta:
        """How long to wait after so many failures."""
        over = failures - self.free
        if over <= 0:
            return timedelta(0)
        return min(timedelta(seconds=2.0 ** min(over - 1, 20)), MAX_DELAY)


def network_of(address: str | None) -> str:
    """The network that an address stands for: an IPv4 address alone, of IPv6 the half that a provider gives out."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def place_of(address: str | None) -> str:
    """A network as it is kept with a user: its hash, since where people live is nobody's business."""
    return _hash("network", network_of(address))


def login_throttles(email: str, address: str | None, *, is_known_place: bool) -> tuple[Throttle, ...]:
    """The counts that a login takes, in the order in which they are locked."""
    network, account = network_of(address), email.strip().lower()
    if is_known_place:
        return (Throttle(_hash("account at place", account, network), free=5),)
    # A whole office comes from one address: many may mistype before it becomes suspicious.
    return _ordered(account_throttle(email), Throttle(_hash("network", network), free=50))


def account_throttle(email: str) -> Throttle:
    """The count that an account has for all who come from places that it does not know."""
    return Throttle(_hash("account", email.strip().lower()), free=5)


def code_throttle(user_id: object) -> tuple[Throttle, ...]:
    """The count of wrong codes of an authenticator app: whoever gets here knows the password."""
    return (Throttle(_hash("code", str(user_id)), free=5),)


def password_throttle(user_id: object) -> tuple[Throttle, ...]:
    """The count of wrong passwords that somebody who is logged in gives for their own account."""
    return (Throttle(_hash("own password", str(user_id)), free=5),)


def reset_throttles(email: str, address: str | None) -> tuple[Throttle, Throttle]:
    """The counts of asked-for password resets: the mails that one mailbox gets, and what one network asks for."""
    return (
        Throttle(_hash("reset of account", email.strip().lower()), free=3),
        Throttle(_hash("resets of network", network_of(address)), free=20),
    )


def token_throttle(address: str | None) -> tuple[Throttle, ...]:
    """The count of links that were none, by network."""
    return (Throttle(_hash("tokens of network", network_of(address)), free=20),)


def _ordered(*throttles: Throttle) -> tuple[Throttle, ...]:
    return tuple(sorted(throttles, key=lambda throttle: throttle.key))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
