"""Where requests that users aim may go: to the public internet, and to networks that the installation allows.

Pure: nothing is looked up here. Names are judged by what they say, addresses by the registries of special purposes;
whoever connects asks again about each address that a name stands for (`dialer.integrations.outgoing_requests`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class DestinationRefused(Exception):
    """A request must not go there. The message says why, in words for whoever gave the address."""


class DestinationUnreachable(Exception):
    """Nobody there, no answer in time, or none that makes sense. The message says what happened."""


@dataclass(frozen=True)
class Destination:
    """An address taken apart. `host` is lower case without a trailing dot; `target` is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def address(self) -> Address | None:
        """The host, if it is an address and no name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def host_header(self) -> str:
        """What the server is told."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


_PORTS = {"http": 80, "https": 443}
# Other services that may be talked into trouble by an HTTP request listen below.
_LOWEST_OTHER_PORT = 1024
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
# What an old resolver reads as a number: decimal, octal or hexadecimal.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_INTERNAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa", "localdomain")

# IANA's registries of special-purpose addresses, as of 2025, and what clouds have put at public-looking ones.
_NOT_PUBLIC: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's own server beside each machine
        "2001::/23", "2001:db8::/32", "3fff::/20",
    )
)  # fmt: skip
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64, _SIX_TO_FOUR = IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16")


def parse_destination(url: str, *, allowed: Sequence[Network] = ()) -> Destination:
    """Take an http or https address apart and judge what can be judged without asking anybody.

    Raises DestinationRefused. `allowed` are networks beyond the public internet; with any, internal names pass, since
    only their addresses tell where they lead.
    """
    if any(character <= " " or character in "\\\x7f" for character in url) or not url.isascii():
        raise DestinationRefused("must not contain spaces, backslashes or characters beyond ASCII")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise DestinationRefused("is not an address that can be read") from None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname:
        raise DestinationRefused("must be an http or https address")
    if "@" in parts.netloc:
        raise DestinationRefused("must not contain a user name or password")
    if port is not None and port not in _PORTS.values() and not port >= _LOWEST_OTHER_PORT:
        raise DestinationRefused(f"must not use the port {port}: 80, 443, or one from {_LOWEST_OTHER_PORT} on")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.hostname.lower().removesuffix(".")
    found = Destination(scheme, host, _PORTS[scheme] if port is None else port, target)
    _judge_host(found, is_bracketed="[" in parts.netloc, allowed=allowed)
    return found


def _judge_host(destination: Destination, *, is_bracketed: bool, allowed: Sequence[Network]) -> None:
    address = destination.address
    if address is not None and (isinstance(address, IPv6Address) == is_bracketed) and "%" not in destination.host:
        judge_address(address, allowed=allowed)
        return
    host = destination.host
    # `127.1`, `0x7f.1`, `2130706433` and `0177.0.0.1` are 127.0.0.1 to some resolvers and names to others.
    if is_bracketed or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise DestinationRefused("must write an IP address in full, in the usual way")
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise DestinationRefused("must have a host name of letters, digits and hyphens")
    is_internal = "." not in host or any(host == name or host.endswith(f".{name}") for name in _INTERNAL_NAMES)
    if is_internal and not allowed:
        raise DestinationRefused("must be an address on the public internet, not an internal name")


def judge_address(address: Address, *, allowed: Sequence[Network] = ()) -> None:
    """Raise DestinationRefused unless the address is public or in an allowed network."""
    if not (is_public(address) or any(_within(address, network) for network in allowed)):
        raise DestinationRefused("must be an address on the public internet")


def judge_addresses(addresses: Iterable[Address], *, allowed: Sequence[Network] = ()) -> None:
    """The same for all that a name stands for: one private address among public ones is a trap, not a spare."""
    for address in addresses:
        judge_address(address, allowed=allowed)


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could be there. An IPv4 address inside an IPv6 one is judged by itself."""
    if isinstance(address, IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
        if address not in _GLOBAL_UNICAST:
            return False
    return address.is_global and not any(address in network for network in _NOT_PUBLIC)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in _SIX_TO_FOUR:
        return address.sixtofour
    return None


def _within(address: Address, network: Network) -> bool:
    if address in network:
        return True
    inner = _embedded(address) if isinstance(address, IPv6Address) else None
    return inner is not None and inner in network


def parse_networks(text: str) -> tuple[Network, ...]:
    """Networks from a comma-separated list: `10.0.0.0/8, 192.168.1.7, fd00::/8`. Raises ValueError naming one."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
