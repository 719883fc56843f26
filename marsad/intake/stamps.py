"""Time-stamps (RFC 3161): a third party signs that bytes with this hash were there at that moment.

Needs the extra `stamp`. Kept is the whole answer, so that other programs check it too:
`openssl ts -verify -digest HASH -in stamp.tsr -CAfile roots.pem`.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from marsad.errors import InputError
from marsad.intake.documents import UnreadableError
from marsad.intake.fetch import Fetcher

_QUERY = "application/timestamp-query"


def ask_stamp(fetcher: Fetcher, url: str, content: bytes) -> bytes:
    """Return the time-stamp of a service on received bytes; only their hash is sent.

    Raises:
        FetchError: the service cannot be asked.
        UnreadableError: it does not give a time-stamp on this hash.
        InputError: the library is not installed.
    """
    tsp = _library()
    request = tsp.TimestampRequestBuilder().data(content).hash_algorithm(tsp.HashAlgorithm.SHA256).build()
    answer = fetcher.exchange(url, request.as_bytes(), _QUERY)
    try:
        stamp = tsp.decode_timestamp_response(answer.body)
        granted = tsp.PKIStatus(stamp.status) == tsp.PKIStatus.GRANTED
        is_ours = granted and stamp.tst_info.message_imprint.message == request.message_imprint.message
        is_fresh = granted and stamp.tst_info.nonce == request.nonce
    except ValueError as error:
        raise UnreadableError("the service sends no time-stamp", "check its address") from error
    if not (is_ours and is_fresh):
        raise UnreadableError("the service refuses, or stamps something else", "ask another service")
    return answer.body


def stamped_at(stamp: bytes, digest: str, roots: list[Any] | None = None) -> datetime.datetime:
    """Return when bytes with this SHA-256 were stamped; with `roots` (from `read_roots`), also the signature is checked.

    Raises:
        UnreadableError: it is no time-stamp of them, or nobody among the roots vouches for it.
        InputError: the library is not installed.
    """
    tsp = _library()
    try:
        answer = tsp.decode_timestamp_response(stamp)
        if answer.tst_info.message_imprint.message != bytes.fromhex(digest):
            raise UnreadableError("its time-stamp is for other bytes", "restore the record from a copy")
        if roots is not None:
            builder = tsp.VerifierBuilder()
            for root in roots:
                builder = builder.add_root_certificate(root)
            builder.build().verify(answer, bytes.fromhex(digest))
    except (ValueError, tsp.VerificationError) as error:
        cause = " ".join(str(error).split())[:120]
        raise UnreadableError(f"its time-stamp does not hold ({cause})", "check the root certificates") from error
    found: datetime.datetime = answer.tst_info.gen_time
    return found


def read_roots(path: str) -> list[Any]:
    """Return the certificates in a PEM file: those that are trusted to stand behind time-stamps.

    Raises:
        InputError: it cannot be read, or the library is not installed.
    """
    _library()
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return list(load_pem_x509_certificates(Path(path).read_bytes()))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} holds no certificates ({error}); give a PEM file.") from error


def _library() -> Any:
    try:
        import rfc3161_client  # an extra: only time-stamps need it
    except ImportError as error:
        raise InputError(
            "Time-stamps need the library rfc3161-client; install it with `pip install 'marsad[stamp]'`."
        ) from error
    return rfc3161_client
