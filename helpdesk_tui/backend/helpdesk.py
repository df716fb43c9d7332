"""Opens one environment and hands out what can be done in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

from helpdesk_tui.assets import asset
from helpdesk_tui.backend.model.catalogue import Catalogue
from helpdesk_tui.backend.model.environment import Environment
from helpdesk_tui.backend.model.role import Role
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.store import Clock, Store, utc_now
from helpdesk_tui.backend.use_cases.context import Context, Services, random_secret
from helpdesk_tui.backend.use_cases.phones import Phones
from helpdesk_tui.backend.use_cases.registration import Registration

if TYPE_CHECKING:
    from helpdesk_tui.backend.use_cases.activity import Activity
    from helpdesk_tui.backend.use_cases.api_users import ApiUsers
    from helpdesk_tui.backend.use_cases.custom import Custom
    from helpdesk_tui.backend.use_cases.fetching import Fetching
    from helpdesk_tui.backend.use_cases.firmware import Firmware
    from helpdesk_tui.backend.use_cases.imports import Imports
    from helpdesk_tui.backend.use_cases.logins import Logins
    from helpdesk_tui.backend.use_cases.maintenance import Maintenance
    from helpdesk_tui.backend.use_cases.moves import Moves
    from helpdesk_tui.backend.use_cases.organisations import Organisations
    from helpdesk_tui.backend.use_cases.services import ManufacturerServices
    from helpdesk_tui.backend.use_cases.settings import Settings
    from helpdesk_tui.backend.use_cases.sites import Sites
    from helpdesk_tui.backend.use_cases.users import Users
    from helpdesk_tui.backend.use_cases.walkthroughs import Walkthroughs


@cache
def catalogue() -> Catalogue:
    """The models that can be provisioned."""
    with asset("models.csv").open(encoding="utf-8", newline="") as lines:
        return Catalogue.parse(lines)


class Helpdesk:
    """One environment, opened for one operator. Every method may be called from any thread."""

    def __init__(
        self,
        environment: Environment,
        operator: str,
        *,
        role: Role = Role.ADMINISTRATOR,
        read_only: bool = False,
        clock: Clock = utc_now,
        random: Callable[[int], str] = random_secret,
    ) -> None:
        """Open the environment's database, making it when it does not exist. Raises DatabaseProblem."""
        store = Store(environment.database, clock)
        services = Services(environment, clock, store)
        self._use(Context(environment, store, catalogue(), services, clock, operator, read_only, random, role))

    def _use(self, context: Context) -> None:
        self.context = context
        self.environment = context.environment
        self.operator = context.operator
        self.role = context.role
        self.read_only = context.read_only
        self.clock = context.clock
        self.store = context.store
        self.services = context.services
        self.catalogue = context.catalogue
        self.registration = Registration(context)
        self.phones = Phones(context, self.registration)

    def acting_as(self, operator: str, role: Role) -> Helpdesk:
        """The same opened environment for somebody else; whoever opened it closes it."""
        other = Helpdesk.__new__(Helpdesk)
        other._use(replace(self.context, operator=operator, role=role))
        return other

    # The list of phones is on the screen before the rest is imported: each use case is, when it is first wanted. ------

    @cached_property
    def manufacturers(self) -> ManufacturerServices:
        """What the manufacturers' services say about themselves and about a MAC."""
        from helpdesk_tui.backend.use_cases.services import ManufacturerServices

        return ManufacturerServices(self.context, self.registration)

    @cached_property
    def settings(self) -> Settings:
        """Settings files."""
        from helpdesk_tui.backend.use_cases.settings import Settings

        return Settings(self.context)

    @cached_property
    def organisations(self) -> Organisations:
        """Organisations and their common settings."""
        from helpdesk_tui.backend.use_cases.organisations import Organisations

        return Organisations(self.context, self.settings)

    @cached_property
    def users(self) -> Users:
        """The people of organisations and their identities."""
        from helpdesk_tui.backend.use_cases.users import Users

        return Users(self.context, self.phones)

    @cached_property
    def custom(self) -> Custom:
        """Function keys and custom settings."""
        from helpdesk_tui.backend.use_cases.custom import Custom

        return Custom(self.context, self.settings)

    @cached_property
    def activity(self) -> Activity:
        """The history across all phones."""
        from helpdesk_tui.backend.use_cases.activity import Activity

        return Activity(self.context)

    @cached_property
    def moves(self) -> Moves:
        """Phones that go to another organisation."""
        from helpdesk_tui.backend.use_cases.moves import Moves

        return Moves(self.context, self.settings)

    @cached_property
    def fetching(self) -> Fetching:
        """What the endpoint does when a phone comes by."""
        from helpdesk_tui.backend.use_cases.fetching import Fetching

        return Fetching(self.context, self.registration)

    @cached_property
    def sites(self) -> Sites:
        """Where phones fetch from."""
        from helpdesk_tui.backend.use_cases.sites import Sites

        return Sites(self.context)

    @cached_property
    def maintenance(self) -> Maintenance:
        """What has to be done again and again."""
        from helpdesk_tui.backend.use_cases.maintenance import Maintenance

        return Maintenance(self.context, self.registration, self.fetching)

    @cached_property
    def firmware(self) -> Firmware:
        """The catalogue of firmware, and which of it a phone shall have."""
        from helpdesk_tui.backend.use_cases.firmware import Firmware

        return Firmware(self.context)

    @cached_property
    def imports(self) -> Imports:
        """Files of organisations, users and phones."""
        from helpdesk_tui.backend.use_cases.imports import Imports

        return Imports(self.context, self.phones, self.firmware)

    @cached_property
    def walkthroughs(self) -> Walkthroughs:
        """What operators and callers do together, step by step."""
        from helpdesk_tui.backend.use_cases.walkthroughs import Walkthroughs

        return Walkthroughs(self.context, self.phones, self.registration)

    @cached_property
    def api_users(self) -> ApiUsers:
        """Who may use the REST API."""
        from helpdesk_tui.backend.use_cases.api_users import ApiUsers

        return ApiUsers(self.context)

    @cached_property
    def logins(self) -> Logins:
        """Who logs in to the REST API."""
        from helpdesk_tui.backend.use_cases.logins import Logins

        return Logins(self.context)

    @property
    def simulated_services(self) -> tuple[Vendor, ...]:
        """The manufacturers whose service is only simulated here."""
        return tuple(vendor for vendor in Vendor if self.services.simulated(vendor))

    def data_version(self) -> int:
        """A number that changes when another process has changed something; cheap enough to ask every second."""
        return self.store.database.data_version()

    def close(self) -> None:
        """Close database and connections."""
        self.services.close()
        self.store.close()
