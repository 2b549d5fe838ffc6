"""What is plainly public, and what only looks so."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from monitor.net.addresses import is_metadata_name, refusal

REFUSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "2620:4f:8000::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
    "4000::1",
    "2a00:1450:4001::5efe:8.8.8.8",
    "2a00:1450:4001:0:200:5efe:808:808",
]

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "168.63.129.15",
    "2606:4700::1111",
    "2a00:1450:4001:81c::200e",
    "2400:cb00::1",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_plainly_public_is_refused_with_a_reason(text: str) -> None:
    assert refusal(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_neighbours_of_special_networks_and_ordinary_addresses_are_reachable(text: str) -> None:
    assert refusal(ip_address(text)) is None


def test_a_network_that_was_opted_in_is_reachable_and_its_neighbour_is_not() -> None:
    allowed = (ip_network("10.1.2.0/24"), ip_network("fd00:1::/64"))
    assert refusal(ip_address("10.1.2.3"), allowed) is None
    assert refusal(ip_address("fd00:1::7"), allowed) is None
    assert refusal(ip_address("10.1.3.3"), allowed) == "private network"


def test_opting_in_ipv4_does_not_open_its_ipv6_disguises() -> None:
    allowed = (ip_network("127.0.0.0/8"),)
    for disguise in ("::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"):
        assert refusal(ip_address(disguise), allowed) == "IPv4 inside IPv6"


def test_metadata_is_reached_only_where_it_is_listed_by_itself() -> None:
    metadata = ip_address("169.254.169.254")
    assert refusal(metadata, (ip_network("0.0.0.0/0"), ip_network("169.254.0.0/16"))) == "cloud metadata"
    assert refusal(metadata, (ip_network("169.254.169.254/32"),)) is None


@pytest.mark.parametrize("name", ["metadata.google.internal", "Metadata.Google.Internal.", "instance-data"])
def test_metadata_names_are_known_in_any_spelling(name: str) -> None:
    assert is_metadata_name(name)
    assert not is_metadata_name(f"news.{name.strip('.')}.example")
