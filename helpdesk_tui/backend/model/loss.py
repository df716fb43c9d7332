"""What goes with an organisation or a user that is removed: said before it is done, and agreed to as it was said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loss:
    """How much is lost, by kind."""

    users: int = 0
    identities: int = 0
    function_keys: int = 0
    custom_settings: int = 0
    phones: int = 0
    """Phones of an organisation: while it has some it cannot be removed."""
    api_users: int = 0
    """Users of the REST API whose home this organisation is: while there are some it cannot be removed."""
    logged_in: tuple[str, ...] = ()
    """The MACs of the phones that a user is logged in on: they are logged out."""

    @property
    def things(self) -> str:
        """`3 users, 4 identities and 12 function keys`; empty when nothing is lost."""
        kinds = (
            (self.users, "user", "users"),
            (self.identities, "identity", "identities"),
            (self.function_keys, "function key", "function keys"),
            (self.custom_settings, "custom setting", "custom settings"),
        )
        parts = [f"{count:,} {one if count == 1 else many}" for count, one, many in kinds if count]
        return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)

    @property
    def sentence(self) -> str:
        """What is lost, and what becomes of phones."""
        sentences = [f"Lost for good: {self.things}." if self.things else "Nothing else is lost."]
        if self.logged_in:
            some = ", ".join(self.logged_in[:3]) + (" …" if len(self.logged_in) > 3 else "")
            sentences.append(f"Logged out on {some}: only *1 and emergency calls remain there.")
        return " ".join(sentences)
