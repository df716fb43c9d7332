"""Passwords of API users: kept as argon2id hashes (RFC 9106), made and checked slowly on purpose."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # late: only the API and its commands need it

    # Memory and passes of RFC 9106, section 4, second choice; one lane, since phones want the other processors.
    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)


@cache
def _nobodys_hash() -> str:
    return _hasher().hash("nobody's password")


def hash_password(password: str) -> str:
    """What is kept of a password; about 0.1 s and 64 MiB."""
    return _hasher().hash(password)


def is_password(password_hash: str | None, password: str) -> bool:
    """Whether this is the password. It takes the same time when there is no such user (None)."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        right = _hasher().verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    return right and password_hash is not None
