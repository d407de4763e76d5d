"""Which addresses a page may lead to: decided over addresses alone, because a name can change its mind.

The ranges are those of the IANA special-purpose registries (RFC 6890) that no public web site is in.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_REFUSED = tuple(
    (ip_network(network), kind)
    for network, kind in [
        ("0.0.0.0/8", "an unspecified"),
        ("10.0.0.0/8", "a private"),
        ("100.64.0.0/10", "a carrier's shared"),  # RFC 6598; Alibaba's metadata at 100.100.100.200
        ("127.0.0.0/8", "a loopback"),
        ("168.63.129.16/32", "a metadata"),  # Azure's, in the middle of public space
        ("169.254.0.0/16", "a link-local"),  # RFC 3927; most clouds' metadata at 169.254.169.254
        ("172.16.0.0/12", "a private"),
        ("192.0.0.0/24", "a reserved"),  # RFC 6890; Oracle's metadata at 192.0.0.192
        ("192.0.2.0/24", "a documentation"),
        ("192.88.99.0/24", "a 6to4 relay's"),  # RFC 7526
        ("192.168.0.0/16", "a private"),
        ("198.18.0.0/15", "a benchmarking"),
        ("198.51.100.0/24", "a documentation"),
        ("203.0.113.0/24", "a documentation"),
        ("224.0.0.0/4", "a multicast"),
        ("240.0.0.0/4", "a reserved"),
        ("::/128", "an unspecified"),
        ("::1/128", "a loopback"),
        ("::/96", "an IPv4-compatible"),  # RFC 4291, section 2.5.5.1
        ("2001::/32", "a Teredo"),  # RFC 4380: holds an IPv4 address that a relay would reach
        ("2001::/23", "a reserved"),
        ("2001:db8::/32", "a documentation"),
        ("2002::/16", "a 6to4"),  # RFC 7526: as Teredo
        ("3fff::/20", "a documentation"),
        ("fc00::/7", "a private"),  # RFC 4193; Amazon's metadata at fd00:ec2::254
        ("fe80::/10", "a link-local"),
        ("fec0::/10", "a site-local"),
        ("ff00::/8", "a multicast"),
    ]
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291, section 2.4: all that IANA has given out
# An address of these is another way to write the IPv4 address in its last 32 bits.
_IPV4_INSIDE = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))  # RFC 4291; NAT64, RFC 6052


def literal(host: str) -> Address | None:
    """The address that a host *is*, also in the forms of inet_aton (`127.1`, `0x7f000001`, `017700000001`,
    `2130706433`); None for a name.
    """
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def reached(address: Address) -> Address:
    """The address that packets to this one arrive at: the IPv4 address that it wraps, else itself, without its zone."""
    if any(address in network for network in _IPV4_INSIDE):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address if address.version == 4 else IPv6Address(int(address))


def refusal(address: Address, allowed: Iterable[Network]) -> str | None:
    """The kind of address that this is (`a loopback`), where that is no public one and no network allows it."""
    address = reached(address)
    if any(address in network for network in allowed):
        return None
    for network, kind in _REFUSED:
        if address in network:
            return kind
    return "a reserved" if address.version == 6 and address not in _GLOBAL_UNICAST else None
