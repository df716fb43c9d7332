"""What the person at the keyboard may do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """From the least to the most: each may do what those before it may."""

    VIEWER = "viewer"
    """Looks, and changes nothing."""
    OPERATOR = "operator"
    """Works on phones: activates, mends, resets, moves, chooses firmware, logs users in and out."""
    ADMINISTRATOR = "administrator"
    """Also changes what many phones share: organisations, users, imports, the firmware catalogue, API users."""

    def may(self, needed: Role) -> bool:
        """Whether whoever has this role may do what needs that one."""
        order = tuple(Role)
        return order.index(self) >= order.index(needed)

    def refusal(self, needed: Role) -> str:
        """Why not, and what to do, in one sentence."""
        whom = "an operator" if needed is Role.OPERATOR else "an administrator"
        return f"Your role is {self.value}: ask {whom} to do this."
