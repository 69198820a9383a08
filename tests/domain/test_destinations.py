"""Where requests that users aim may go: every way that was ever used to write an internal address."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.destinations import (
    DestinationRefused,
    is_public,
    judge_addresses,
    parse_destination,
    parse_networks,
)

PUBLIC = ["93.184.215.14", "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1",
          "169.253.1.1", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808",
          "2002:0808:0808::1"]  # fmt: skip
PRIVATE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "192.88.99.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "168.63.129.16", "::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:7f00:1::1", "2002:a9fe:a9fe::", "2001::1", "2001:db8::1",
    "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "100::1", "5f00::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_all_others_are_not(address: str) -> None:
    assert not is_public(ip_address(address))
    shown = f"[{address}]" if ":" in address else address
    with pytest.raises(DestinationRefused):
        parse_destination(f"https://{shown}/x")


@pytest.mark.parametrize(
    "host",
    [
        "0x7f.1", "0x7f000001", "127.1", "127.0.1", "2130706433", "0177.0.0.1", "017700000001", "127.0.0.1.",
        "0x7f.0x0.0x0.0x1", "1.2.3.4.5", "127.0.0.01", "0", "[::1%25eth0]", "[127.0.0.1]", "::1", "[::ffff:7f00:1]",
        "[0:0:0:0:0:0:0:1]", "[v1.x]", "example.1", "example.0x1",
        "localhost", "LOCALHOST", "localhost.", "a.localhost", "db", "db.internal", "metadata.google.internal",
        "printer.local", "router.lan", "x.home.arpa", "localhost.localdomain",
        "user@example.com", "user:secret@example.com", "example.com@127.0.0.1", "127.0.0.1#@example.com",
        "example.com%2f@127.0.0.1", "ex%61mple.com", "exa mple.com", "example.com\\@127.0.0.1", "\texample.com",
        "１２７.0.0.1", "①②⑦.0.0.1", "localhost。", "exämple.com", "-example.com", "example-.com", "a..b", "",
        "x" * 64 + ".com", ("x" * 60 + ".") * 5 + "com",
    ],
)  # fmt: skip
def test_odd_spellings_and_internal_names_are_refused(host: str) -> None:
    with pytest.raises(DestinationRefused):
        parse_destination(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/", "example.com", "",
        "javascript:alert(1)", "http:///x", "http://", "https://example.com:0/", "https://example.com:22/",
        "https://example.com:25/", "https://example.com:99999/", "https://example.com:x/", "http://[::1/",
        "http://example.com/\r\nX: y", "http://example.com/\0",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(DestinationRefused):
        parse_destination(url)


@pytest.mark.parametrize(
    ("url", "host", "port", "target", "header"),
    [
        ("https://Example.COM./a?b=c#d", "example.com", 443, "/a?b=c", "example.com"),
        ("http://example.com", "example.com", 80, "/", "example.com"),
        ("http://example.com:8080/x", "example.com", 8080, "/x", "example.com:8080"),
        ("https://8.8.8.8/", "8.8.8.8", 443, "/", "8.8.8.8"),
        ("https://[2606:4700::1111]:8443/", "2606:4700::1111", 8443, "/", "[2606:4700::1111]:8443"),
        ("https://xn--exmple-cua.com/%C3%A4", "xn--exmple-cua.com", 443, "/%C3%A4", "xn--exmple-cua.com"),
        ("HTTPS://example.com/", "example.com", 443, "/", "example.com"),
    ],
)
def test_web_addresses_are_taken_apart(url: str, host: str, port: int, target: str, header: str) -> None:
    found = parse_destination(url)
    assert (found.host, found.port, found.target, found.host_header) == (host, port, target, header)


def test_an_allowed_network_is_allowed_and_no_other() -> None:
    allowed = parse_networks("10.1.0.0/16, 127.0.0.1")
    for url in ("http://10.1.2.3/", "http://127.0.0.1:9000/", "http://[::ffff:10.1.2.3]/", "http://recordings/"):
        parse_destination(url, allowed=allowed)
    for url in ("http://10.2.0.1/", "http://127.0.0.2/", "http://169.254.169.254/", "http://0x7f.1/"):
        with pytest.raises(DestinationRefused):
            parse_destination(url, allowed=allowed)


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    judge_addresses([ip_address("8.8.8.8"), ip_address("2606:4700::1111")])
    with pytest.raises(DestinationRefused):
        judge_addresses([ip_address("8.8.8.8"), ip_address("10.0.0.1")])


def test_networks_are_read_and_a_wrong_one_is_named() -> None:
    assert parse_networks(" 10.0.0.0/8,,fd00::/8 ") == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert parse_networks("") == ()
    with pytest.raises(ValueError, match=r"10\.0\.0\.1/8"):
        parse_networks("10.0.0.1/8")


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_no_disguise_of_a_private_address_is_public(inner: object) -> None:
    number = int(inner)  # type: ignore[call-overload]
    for disguise in (0xFFFF_0000_0000 | number, (0x64FF9B << 96) | number, (0x2002 << 112) | (number << 80)):
        assert not is_public(ip_address(disguise))


@given(st.text(max_size=80))
def test_nothing_that_can_be_written_is_an_error_of_ours(text: str) -> None:
    for url in (text, f"http://{text}", f"https://{text}/x"):
        try:
            found = parse_destination(url)
        except DestinationRefused:
            continue
        assert found.address is None or is_public(found.address)
