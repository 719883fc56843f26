"""Addresses of pages: what two of them have in common when they name one page."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

_TRACKERS = re.compile(
    r"utm_.*|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_ga|ref|ref_src|ref_url|cmpid|ocid|at_.*|ns_.*|xtor"
    r"|fb_ref|spm|smid|share|amp|outputtype|output|feature|traffic_source",
    re.IGNORECASE,
)
_AMP_HOSTS = ("amp.", "www.", "m.", "mobile.")


def is_sound(url: str) -> bool:
    """Say whether an address can be taken apart into host and path."""
    try:
        return bool(urlsplit(url.strip()).hostname)
    except ValueError:
        return False


def joined(base: str, url: str) -> str | None:
    """Return where an address on the page at `base` leads; None if it is no address."""
    try:
        return urljoin(base, url.strip())
    except ValueError:
        return None


def same_page(url: str) -> str:
    """Return the form that all variants of a page's address share: no tracking, no AMP, no mobile host, no fragment; an
    address that is none stays as it is.

    It names the page, and is not meant to be fetched.
    """
    if not is_sound(url):
        return url.strip()
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").lower().rstrip(".")
    while host.startswith(_AMP_HOSTS) and host.count(".") > 1:
        host = host.split(".", 1)[1]
    path = re.sub(r"/{2,}", "/", unquote(parts.path))
    path = re.sub(r"(?i)(?:/amp|\.amp(?=\.html?$)|/index\.(?:html?|php))/?$", "", path) if path.count("/") > 1 else path
    pairs = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKERS.fullmatch(k)]
    query = f"?{urlencode(sorted(pairs))}" if pairs else ""
    return f"https://{host}{path.rstrip('/') or '/'}{query}"


def is_same_site(one: str, other: str) -> bool:
    """Say whether two addresses belong to one site: a page may name its canonical address only there."""
    if not (is_sound(one) and is_sound(other)):
        return False
    a, b = ((urlsplit(u).hostname or "").lower().split(".") for u in (one, other))
    # Under a country, "co" and "com" are no sites.
    labels = 3 if len(a[-1]) == 2 and len(a) > 2 and len(a[-2]) <= 3 else 2
    return a[-labels:] == b[-labels:]


def name_of(url: str) -> str:
    """Return an id for the report at an address: the host and a short hash of the page's name."""
    page = same_page(url)
    digest = hashlib.sha256(page.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{urlsplit(page).hostname if is_sound(page) else 'page'}-{digest}"
