"""Endpoints as they may be shown: without name, password and token that may stand in a URL.

Receivers get them; log lines, reports and metrics do not.
"""

from __future__ import annotations

from urllib.parse import urlsplit


def shown(endpoint: str) -> str:
    """An endpoint without the name and password in it, and without what is behind its path.

    >>> shown("https://alice:secret@tempo:4318/v1/traces?key=1"), shown("alice:secret@tempo:4317")
    ('https://tempo:4318/v1/traces', 'tempo:4317')
    """
    return _public(endpoint)[0]


def hidden(text: str, endpoint: str) -> str:
    """A text about an endpoint, such as an error of a library, without them."""
    for secret in filter(None, (_credentials(endpoint), _public(endpoint)[1])):
        text = text.replace(secret, "")
    return text


def _public(endpoint: str) -> tuple[str, str]:
    """What may be shown of an endpoint, and its query and fragment, which often hold a token."""
    plain = endpoint.replace(_credentials(endpoint), "", 1)
    end = min((at for at in map(plain.find, "?#") if at >= 0), default=len(plain))
    return plain[:end], plain[end:]


def _credentials(endpoint: str) -> str:
    """`alice:secret@`, where there is such a thing.

    A password with a slash in it makes a URL whose host is none: then all before the last @ is one.
    """
    rest = endpoint.partition("//")[2] if "//" in endpoint else endpoint
    host = rest.partition("/")[0]
    where = rest if "@" not in host and not _is_host(host) else host
    before, at, _ = where.rpartition("@")
    return before + at


def _is_host(text: str) -> bool:
    """Whether it is a host, with a port that is one or none."""
    try:
        parts = urlsplit(f"//{text}")
        return parts.port is None or bool(parts.hostname)
    except ValueError:
        return False
