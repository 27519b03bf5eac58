"""Webhooks reach the open internet and what was allowed; nothing inside, under whatever name or spelling."""

from __future__ import annotations

import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.message import Refused
from web.hooks.guard import ForbiddenAddress, Unresolved, UnusableAddress, checked, find, may_reach

INSIDE = (
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),  # noqa: S104
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7"),
    *("203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "192.88.99.1"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "::7f00:1"),
    *("fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "100::1", "3fff::1", "5f00::1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:a:b::1"),
)
OUTSIDE = ("93.184.215.14", "8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450:4001::8a", "::ffff:8.8.8.8")
OUTSIDE_TOO = ("64:ff9b::808:808", "172.15.0.1", "172.32.0.1", "192.167.1.1", "11.0.0.1")


def leads_to(*addresses: str) -> Any:
    """A name service in which every name has these addresses."""
    return lambda _host, port, **_: [
        (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
        for each in addresses
    ]


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_inside_is_reached(address: str) -> None:
    assert not may_reach(ip_address(address))
    with pytest.raises(ForbiddenAddress):
        find("https://hooks.example.com/x", resolver=leads_to(address))


@pytest.mark.parametrize("address", [*OUTSIDE, *OUTSIDE_TOO])
def test_the_open_internet_is(address: str) -> None:
    assert find("https://hooks.example.com/x", resolver=leads_to(address)).address == ip_address(address)


def test_one_address_inside_among_many_is_enough_to_refuse() -> None:
    with pytest.raises(ForbiddenAddress, match=r"^hooks\.example\.com is at"):
        find("https://hooks.example.com/", resolver=leads_to("8.8.8.8", "10.0.0.1"))


def test_a_scope_is_no_way_round() -> None:
    with pytest.raises(ForbiddenAddress):
        find("https://hooks.example.com/", resolver=leads_to("fe80::1%eth0"))


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "localhost"])
def test_every_spelling_of_this_computer_is_known(host: str) -> None:
    """As the system itself reads them."""
    with pytest.raises((ForbiddenAddress, Unresolved)):
        find(f"https://{host}/")


def test_a_network_that_was_allowed_is_reached_and_no_other() -> None:
    allowed = [ip_network("10.1.0.0/16")]
    assert find("http://inside/", allowed, leads_to("10.1.2.3")).port == 80
    assert find("https://inside/", allowed, leads_to("::ffff:10.1.2.3")).port == 443
    with pytest.raises(ForbiddenAddress):
        find("https://inside/", allowed, leads_to("10.2.0.1"))


def test_without_tls_only_what_was_allowed_is_reached() -> None:
    with pytest.raises(UnusableAddress, match="https"):
        find("http://hooks.example.com/", [ip_network("10.0.0.0/8")], leads_to("8.8.8.8"))


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks.example.com", "ftp://hooks.example.com", "file:///etc/passwd", "https://", "https:///x", "//x/y"),
        *("https://user@hooks.example.com", "https://a:b@hooks.example.com/", "https://hooks.example.com/#x"),
        *("https://hooks.example.com:99999/", "https://[::1", "https://hooks.example.com/a b", "gopher://x"),
        *("https://hooks.example.com/\r\nHost: x", "https://ünicode.example/", "https://x/" + "a" * 2_000),
    ],
)
def test_what_is_no_address_for_a_webhook_is_refused(url: str) -> None:
    with pytest.raises(UnusableAddress):
        checked(url)


def test_a_name_nobody_knows_is_told() -> None:
    def unknown(*_: object, **__: object) -> list[tuple[Any, ...]]:
        raise socket.gaierror

    resolvers: list[Any] = [unknown, lambda *_, **__: []]
    for resolver in resolvers:
        with pytest.raises(Unresolved):
            find("https://nowhere.example.com/", resolver=resolver)


def test_a_label_too_long_for_the_name_service_is_told() -> None:
    with pytest.raises(Unresolved):
        find(f"https://{'a' * 70}.example.com/")


def test_what_is_meant_is_said_to_the_receiver() -> None:
    target = find("https://Hooks.Example.com:8443/a?b=c", resolver=leads_to("8.8.8.8"))
    assert (target.named, target.path) == ("hooks.example.com:8443", "/a?b=c")
    assert find("https://hooks.example.com?b=c", resolver=leads_to("8.8.8.8")).path == "/?b=c"
    assert find("https://[2606:4700::1111]/", resolver=leads_to("2606:4700::1111")).named == "[2606:4700::1111]"


@given(st.ip_addresses(v=4))
def test_an_address_hidden_in_another_is_judged_as_itself(address: Any) -> None:
    assert may_reach(ip_address(f"::ffff:{address}")) == may_reach(address)
    assert not may_reach(ip_address(f"::{address}"))
    if not may_reach(address):
        assert not may_reach(ip_address(f"64:ff9b::{address}"))
        assert not may_reach(ip_address((0x2002 << 112) | (int(address) << 80)))


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://x/{text}"):
        try:
            find(url, resolver=leads_to("10.0.0.1"))
        except Refused:
            continue
        pytest.fail(url)
