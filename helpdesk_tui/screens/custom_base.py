"""What the screens of function keys and of custom settings have in common: a phone or a model, and whom to change."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import HelpdeskError, Owner, Phone, Role, Scope
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.comparison import AsksFirst
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.text import safe

SHORT = {Scope.PHONE: "phone", Scope.MODEL: "model", Scope.USER: "user"}


class CustomScreen(AsksFirst, LiveScreen):
    """A list that is changed for one of several owners: a phone itself, its model in the organisation, its user."""

    CSS_PATH = asset("styles/customs.tcss")
    AUTO_FOCUS = "RowList"
    SCOPES: tuple[Scope, ...] = tuple(Scope)
    """Whom such a thing can be for."""

    def __init__(self, session: Session, of: int | Owner, *, begin_at: int = 0) -> None:
        """`of`: the id of a phone, or all phones of a model. `begin_at`: the row to begin at."""
        super().__init__(session)
        self._of = of
        self._begin_at = begin_at
        self._scope = Scope.PHONE if isinstance(of, int) else of.scope
        self.owners: tuple[Owner, ...] = ()

    @property
    def owner(self) -> Owner:
        """Whom a change is for."""
        return next((owner for owner in self.owners if owner.scope is self._scope), self.owners[0])

    def needed(self, command_id: str) -> Role:
        """What concerns many phones is for whoever may change that."""
        needed = super().needed(command_id)
        return self.owner.needed if self.owners and needed is not Role.VIEWER else needed

    def read_owners(self) -> tuple[Phone | None, tuple[Owner, ...]]:
        """The phone (for a model: one that serves as an example, if there is one) and whom a change can be for."""
        if isinstance(self._of, Owner):
            return next(iter(self.desk.custom.phones(self._of)), None), (self._of,)
        phone = self.desk.phones.get(self._of)
        return phone, tuple(owner for owner in self.desk.custom.owners(phone) if owner.scope in self.SCOPES)

    def show_owner(self) -> None:
        """Say whom a change is for."""
        if not self.owners:
            return
        others = [SHORT[owner.scope] for owner in self.owners if owner is not self.owner]
        more = Content.styled(f"  (t: {' or '.join(others)})" if others else "", "$quiet")
        line = Content.assemble(("Changes are for ", "$quiet"), (safe(self.owner.words), "bold"), more)
        self.query_one("#for", Static).update(line)

    def show_problem(self, error: HelpdeskError) -> None:
        """There is nothing to show: say why."""
        self.set_class(True, "-nothing")
        sign = (f"{symbols().attention} ", "bold $attention")
        self.query_one("#empty", Static).update(Content.assemble(sign, safe(str(error))))

    def action_target(self) -> None:
        """Let changes be for the next owner."""
        scopes = [owner.scope for owner in self.owners]
        if self._scope in scopes:
            self._scope = scopes[(scopes.index(self._scope) + 1) % len(scopes)]
        self.show_owner()
        self.show_commands()
