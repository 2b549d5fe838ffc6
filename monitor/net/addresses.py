"""Pure. Which IP addresses are plainly public.

Refused: every special-purpose address of the IANA registries (RFC 6890 and its updates), cloud metadata
addresses and names, and every IPv6 form that carries an IPv4 address, even a public one (NAT64, 6to4, Teredo,
mapped, compatible, ISATAP). `ipaddress.is_global` is not enough: it passes multicast, 6to4, NAT64 and two
metadata addresses.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_REFUSED_V4 = {
    ip_network(network): why
    for why, networks in {
        "this network": ("0.0.0.0/8",),
        "private network": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        "shared address space": ("100.64.0.0/10",),
        "loopback": ("127.0.0.0/8",),
        "link-local": ("169.254.0.0/16",),
        "special-purpose": ("192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24"),
        "documentation": ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
        "6to4 relay": ("192.88.99.0/24",),
        "benchmarking": ("198.18.0.0/15",),
        "multicast": ("224.0.0.0/4",),
        "reserved": ("240.0.0.0/4",),
    }.items()
    for network in networks
}
#: outside of global unicast all is refused; inside of it these are
_GLOBAL_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = {
    ip_network(network): why
    for why, networks in {
        "IPv4 inside IPv6": (
            "::ffff:0:0/96",
            "::/96",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "2002::/16",
            "2001::/32",
        ),
        "special-purpose": ("2001::/23", "2620:4f:8000::/48"),
        "documentation": ("2001:db8::/32", "3fff::/20"),
        "private network": ("fc00::/7", "fec0::/10"),
        "link-local": ("fe80::/10",),
        "multicast": ("ff00::/8",),
    }.items()
    for network in networks
}
_METADATA = {
    ip_address(a)
    for a in (
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
    )
}
_METADATA_NAMES = {
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "metadata.azure.internal",
    "metadata.tencentyun.com",
    "instance-data",
    "instance-data.ec2.internal",
}
#: interface identifiers of ISATAP (RFC 5214), which embed an IPv4 address
_ISATAP = {0x00005EFE, 0x02005EFE}


def refusal(address: Address, allowed: Iterable[Network] = ()) -> str | None:
    """Why `address` may not be reached, or None when it may.

    Networks in `allowed` may; a metadata address only where it is listed by itself (/32, /128).
    """
    opted = [network for network in allowed if address in network]
    if address in _METADATA:
        return None if any(network.num_addresses == 1 for network in opted) else "cloud metadata"
    if opted:
        return None
    if isinstance(address, IPv4Address):
        return next((why for network, why in _REFUSED_V4.items() if address in network), None)
    why = next((why for network, why in _REFUSED_V6.items() if address in network), None)
    if why is None and (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        why = "IPv4 inside IPv6"
    return why or (None if address in _GLOBAL_V6 else "not global unicast")


def is_metadata_name(host: str) -> bool:
    """Whether `host` names a cloud metadata service, whatever it resolves to."""
    return host.rstrip(".").lower() in _METADATA_NAMES


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, is this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
