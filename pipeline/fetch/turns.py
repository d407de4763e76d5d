"""What takes turns: the keys under which an address waits for others."""

from __future__ import annotations

from pipeline.fetch.addresses import literal
from pipeline.models.sources import Turn, TurnScope


def turn_keys(turn: Turn, host: str, url: str) -> tuple[str, ...]:
    """The keys of an address, to be taken in this order; the first is that of the turn's own scope.

    Below a wider scope the host still has one request at a time, also from sources with another scope.
    """
    own = f"host {host}"
    match turn.scope:
        case TurnScope.URL:
            return (f"url {url}",)
        case TurnScope.HOST:
            return (own,)
        case TurnScope.DOMAIN:
            return (f"domain {registrable_domain(host)}", own)
        case TurnScope.GROUP:
            return (f"group {turn.group}", own)


def turn_after_redirect(turn: Turn) -> Turn:
    """The turn of another host that a redirect leads to: it was not named by the user, so it is asked politely."""
    return Turn(interval_seconds=turn.interval_seconds) if turn.scope is TurnScope.URL else turn


def registrable_domain(host: str) -> str:
    """The domain that somebody registered, by the rules of publicsuffix.org, those of its private part left out: the
    hosts of one platform are one. An address, and a name of one label, is its own.
    """
    host = host.lower().rstrip(".")
    if literal(host) is not None:
        return host
    from tld import get_fld  # reads 300 KB of rules, and few sources come here

    # A suffix that nobody knows is one label (the list's own rule `*`).
    return get_fld(f"http://{host}", fail_silently=True, search_private=False) or ".".join(host.split(".")[-2:])
