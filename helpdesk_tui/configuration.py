"""config.toml as frozen values. What is unknown, missing or wrong in it is an error before anything starts."""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from helpdesk_tui.backend.compass.environment import CompassEnvironment, Fact
from helpdesk_tui.backend.errors import BadInput, ConfigurationProblem
from helpdesk_tui.backend.model.deadline import DEFAULT_RULE, WeeklyDeadline
from helpdesk_tui.backend.model.environment import EndpointCredentials, Environment, ServiceAccount, ServiceKind
from helpdesk_tui.backend.model.role import Role
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.operators import LONGEST_NAME, Identity, Operator, Operators
from helpdesk_tui.toml_lines import line_of

if TYPE_CHECKING:
    from helpdesk_tui.commands import Keymap

ENVIRONMENT_VARIABLE = "HELPDESK_TUI_CONFIG"
FILE_NAME = "config.toml"

# The keys of each kind of account: which is the address, who we are, what proves it.
ACCOUNT_KEYS: dict[tuple[Vendor, ServiceKind], tuple[str, ...]] = {
    (Vendor.SNOM, ServiceKind.SRAPS): ("url", "key_id", "key_secret"),
    (Vendor.SNOM, ServiceKind.XMLRPC): ("url", "username", "password"),
    (Vendor.YEALINK, ServiceKind.YMCS): ("url", "client_id", "client_secret"),
    (Vendor.YEALINK, ServiceKind.XMLRPC): ("url", "username", "password", "server_name"),
    (Vendor.SNOM, ServiceKind.SIMULATED): (),
    (Vendor.YEALINK, ServiceKind.SIMULATED): (),
}
SECRETS = frozenset({"key_secret", "client_secret", "password"})
LIMITS = {"connect_timeout": (0.1, 60), "read_timeout": (0.1, 120), "requests_per_second": (0.1, 1000)}
TOP_KEYS = ("default_environment", "environments", "operators", "keys")
OPERATORS_KEYS = ("identity", "default_role", "logins")
LOCAL_KEYS = (
    *("database", "base_domain", "provisioning_url", "weekly_deadline", "manufacturers", "endpoint_credentials"),
    *("trusted_proxies", "firmware_folder", "request_log_days", "request_log_rows"),
    *("walkthrough_folder", "operator_language"),
)
COMPASS_KEYS = ("url", "username", "password", "companies", "fields", *LIMITS)
KEYS_OF_KIND = {"local": LOCAL_KEYS, "compass": COMPASS_KEYS}
"""What kinds of environments there are: one of our own, or a platform elsewhere that is asked over its REST API."""
URL_ENDINGS = {ServiceKind.SRAPS: "/api/v1/"}


@dataclass(frozen=True, slots=True)
class Configuration:
    """All environments, and which one is opened when none is named."""

    environments: Mapping[str, Environment | CompassEnvironment]
    default_environment: str
    operators: Operators
    file: Path | None
    """Where it was read from; None: no file, so the built-in defaults."""

    def environment(self, name: str | None) -> Environment | CompassEnvironment:
        """The environment of this name, or the default one. Raises ConfigurationProblem."""
        wanted = name or self.default_environment
        if wanted not in self.environments:
            known = ", ".join(self.environments)
            raise ConfigurationProblem(f"There is no environment {wanted!r}: known are {known}.")
        return self.environments[wanted]


def load(path: Path | None = None) -> Configuration:
    """Read the configuration: the given file, else HELPDESK_TUI_CONFIG, else the user's own, else the defaults.

    Raises ConfigurationProblem with the file and the key.
    """
    reader, document = _read(path)
    if document is None:
        environment = reader.local("production", {})
        return Configuration({"production": environment}, "production", Operators(), None)
    return reader.configuration(document)


def usual_file() -> Path:
    """Where the configuration lies when no other file is named."""
    from platformdirs import user_config_path

    return user_config_path("helpdesk-tui") / FILE_NAME


def load_keys(path: Path | None = None) -> Keymap:
    """The operator's own keys alone: those of the demo too, for which nothing else of the configuration counts.

    Raises ConfigurationProblem with the file, the line and the key.
    """
    reader, document = _read(path)
    return reader.keys(document or {})


def _read(path: Path | None) -> tuple[_Reader, dict[str, Any] | None]:
    """The document of the file in force; None: there is no file."""
    from platformdirs import user_data_path  # late: not needed for --help

    named = path or (Path(os.environ[ENVIRONMENT_VARIABLE]) if os.environ.get(ENVIRONMENT_VARIABLE) else None)
    file = named or usual_file()
    data_folder = user_data_path("helpdesk-tui")
    if named is None and not file.exists():
        return _Reader(file, data_folder), None
    try:
        text = file.read_text(encoding="utf-8")
        return _Reader(file, data_folder, text), tomllib.loads(text)
    except OSError as error:
        raise ConfigurationProblem(f"{file}: cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationProblem(f"{file}: this is not TOML: {error}.") from error


class _Reader:
    """Turns the document of one file into values, naming the file and the key of whatever is wrong."""

    def __init__(self, file: Path, data_folder: Path, text: str = "") -> None:
        self.file = file
        self.data_folder = data_folder
        self.source = text

    def problem(self, key: str, text: str) -> ConfigurationProblem:
        line = line_of(self.source, key)
        return ConfigurationProblem(f"{self.file}:{line}: {key}: {text}" if line else f"{self.file}: {key}: {text}")

    def configuration(self, document: dict[str, Any]) -> Configuration:
        self.known("", document, TOP_KEYS)
        tables = self.table("environments", document.get("environments", {"production": {}}))
        if not tables:
            raise self.problem("environments", "at least one environment is needed.")
        environments = {
            name: self.environment(name, self.table(f"environments.{name}", table)) for name, table in tables.items()
        }
        default = document.get("default_environment", next(iter(environments)))
        if default not in environments:
            raise self.problem("default_environment", f"{default!r} is not one of {', '.join(environments)}.")
        operators = self.operators(self.table("operators", document["operators"])) if "operators" in document else None
        self.keys(document)
        return Configuration(environments, default, operators or Operators(), self.file)

    def keys(self, document: dict[str, Any]) -> Keymap:
        if "keys" not in document:
            return {}
        from helpdesk_tui.keymap import KeyProblem, read_keys

        try:
            return read_keys(self.table("keys", document["keys"]))
        except KeyProblem as problem:
            raise self.problem(f"keys.{problem.command_id}", str(problem)) from None

    def operators(self, table: dict[str, Any]) -> Operators:
        """Whoever lists operators lists all who may change something: the others may look."""
        place = "operators"
        self.known(place, table, OPERATORS_KEYS)
        listed = {}
        logins = self.table(f"{place}.logins", table.get("logins", {}))
        for login, value in logins.items():
            there = f"{place}.logins.{login}"
            entry = self.table(there, value)
            self.known(there, entry, ("name", "role"))
            name = self.text(there, entry, "name", login).strip()
            if not name or not name.isprintable() or len(name) > LONGEST_NAME:
                raise self.problem(f"{there}.name", f"a name of at most {LONGEST_NAME} printable characters is needed.")
            listed[login] = Operator(name, self.one_of(there, entry, "role", Role, Role.OPERATOR.value))
        default = self.one_of(place, table, "default_role", Role, Role.VIEWER.value)
        return Operators(self.one_of(place, table, "identity", Identity, Identity.LOGIN.value), default, listed)

    def environment(self, name: str, table: dict[str, Any]) -> Environment | CompassEnvironment:
        place = f"environments.{name}"
        kind = self.text(place, table, "kind", "local")
        if kind not in KEYS_OF_KIND:
            raise self.problem(f"{place}.kind", f"{kind!r} is unknown: one of {', '.join(KEYS_OF_KIND)}.")
        keys = KEYS_OF_KIND[kind]
        for other, theirs in KEYS_OF_KIND.items():
            if strange := next((key for key in table if key in theirs and key not in keys), None):
                raise self.problem(f"{place}.{strange}", f'this key is for environments of kind = "{other}".')
        self.known(place, table, ("kind", *keys))
        return self.compass(name, table) if kind == "compass" else self.local(name, table)

    def compass(self, name: str, table: dict[str, Any]) -> CompassEnvironment:
        place = f"environments.{name}"
        given = {key: self.given(place, table, key) for key in ("url", "username", "password")}
        self.check_url(f"{place}.url", given["url"])
        if ":" in given["username"]:
            raise self.problem(f"{place}.username", "a login name has no colon.")
        companies = table.get("companies", [])
        if not isinstance(companies, list) or not all(isinstance(each, str) and each.strip() for each in companies):
            raise self.problem(f"{place}.companies", "a list of ids or addresses, each in quotes, is needed here.")
        fields = self.table(f"{place}.fields", table.get("fields", {}))
        self.known(f"{place}.fields", fields, tuple(fact.value for fact in Fact))
        return CompassEnvironment(
            name=name,
            url=given["url"].rstrip("/"),
            username=given["username"],
            password=given["password"],
            companies=tuple(each.strip() for each in companies),
            fields={Fact(key): self.given(f"{place}.fields", fields, key) for key in fields},
            **{key: self.number(place, table, key, None, limits) for key, limits in LIMITS.items() if key in table},
        )

    def local(self, name: str, table: dict[str, Any]) -> Environment:
        place = f"environments.{name}"
        base_domain = self.text(place, table, "base_domain", "pbx.example.net")
        accounts = self.table(f"{place}.manufacturers", table.get("manufacturers", {}))
        self.known(f"{place}.manufacturers", accounts, tuple(vendor.value for vendor in Vendor))
        firmware_folder = self.text(place, table, "firmware_folder", "")
        walkthrough_folder = self.text(place, table, "walkthrough_folder", "")
        return Environment(
            name=name,
            database=self.path(self.text(place, table, "database", f"{name}.db")),
            base_domain=base_domain,
            provisioning_url=self.provisioning_url(place, table, base_domain),
            weekly_deadline=self.deadline(place, table),
            accounts={
                vendor: self.account(f"{place}.manufacturers.{vendor.value}", vendor, accounts.get(vendor.value))
                for vendor in Vendor
            },
            endpoint_credentials=self.one_of(place, table, "endpoint_credentials", EndpointCredentials, "none"),
            trusted_proxies=self.networks(place, table),
            firmware_folder=self.path(firmware_folder) if firmware_folder else None,
            walkthrough_folder=self.path(walkthrough_folder) if walkthrough_folder else None,
            operator_language=self.text(place, table, "operator_language", "en"),
            request_log_days=int(self.number(place, table, "request_log_days", 90, (1, 3650))),
            request_log_rows=int(self.number(place, table, "request_log_rows", 1_000_000, (1000, 100_000_000))),
        )

    def account(self, place: str, vendor: Vendor, value: Any) -> ServiceAccount:
        if value is None:
            return ServiceAccount(vendor, ServiceKind.SIMULATED)
        table = self.table(place, value)
        kind = self.one_of(place, table, "service", ServiceKind, "simulated")
        needed = ACCOUNT_KEYS.get((vendor, kind))
        if needed is None:
            kinds = ", ".join(kind.value for owner, kind in ACCOUNT_KEYS if owner is vendor)
            raise self.problem(f"{place}.service", f"{vendor.label} has no service {kind.value!r}: one of {kinds}.")
        self.known(place, table, ("service", "label", *needed, *LIMITS))
        values = {key: self.given(place, table, key) for key in needed}
        if "url" in values:
            self.check_url(f"{place}.url", values["url"])
            ending = URL_ENDINGS.get(kind, "")
            if not values["url"].rstrip("/").endswith(ending.rstrip("/")):
                raise self.problem(f"{place}.url", f"it must end in {ending}.")
        secret = next((values[key] for key in needed if key in SECRETS), "")
        identity = next((values[key] for key in ("key_id", "client_id", "username") if key in values), "")
        numbers = {key: self.number(place, table, key, None, limits) for key, limits in LIMITS.items() if key in table}
        return ServiceAccount(
            vendor,
            kind,
            url=values.get("url", ""),
            identity=identity,
            secret=secret,
            server_name=values.get("server_name", ""),
            label=self.text(place, table, "label", ""),
            **numbers,
        )

    # -- single values ------------------------------------------------------------------------------------------------

    def known(self, place: str, table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
        for key in table:
            if key not in keys:
                from difflib import get_close_matches

                near = get_close_matches(key, keys, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(keys)}."
                raise self.problem(f"{place}.{key}".lstrip("."), f"this key is unknown: {hint}")

    def table(self, place: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.problem(place, "a table is needed here.")
        return value

    def text(self, place: str, table: Mapping[str, Any], key: str, default: str) -> str:
        value = table.get(key, default)
        if not isinstance(value, str):
            raise self.problem(f"{place}.{key}", "text in quotes is needed here.")
        return value

    def given(self, place: str, table: Mapping[str, Any], key: str) -> str:
        value = self.text(place, table, key, "")
        if not value:
            raise self.problem(f"{place}.{key}", "it is missing.")
        return self.secret(f"{place}.{key}", value) if key in SECRETS else value

    def secret(self, place: str, value: str) -> str:
        """A literal, `env:NAME` or `file:PATH`."""
        kind, _, rest = value.partition(":")
        if kind == "env":
            if not os.environ.get(rest):
                raise self.problem(place, f"the environment variable {rest} is not set.")
            return os.environ[rest]
        if kind == "file":
            try:
                text = self.path(rest).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise self.problem(place, f"the file {rest} cannot be read.") from error
            if not text:
                raise self.problem(place, f"the file {rest} is empty.")
            return text
        return value

    def number(
        self, place: str, table: Mapping[str, Any], key: str, default: float | None, limits: tuple[float, float]
    ) -> float:
        value = table.get(key, default)
        low, high = limits
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.problem(f"{place}.{key}", f"a number from {low} to {high} is needed here.")
        return value

    def one_of(self, place: str, table: Mapping[str, Any], key: str, kind: type[Any], default: str) -> Any:
        value = self.text(place, table, key, default)
        try:
            return kind(value)
        except ValueError:
            names = ", ".join(member.value for member in kind)
            raise self.problem(f"{place}.{key}", f"{value!r} is unknown: one of {names}.") from None

    def path(self, text: str) -> Path:
        """Relative names lie in the data folder."""
        return self.data_folder / Path(text).expanduser()

    def deadline(self, place: str, table: Mapping[str, Any]) -> WeeklyDeadline:
        try:
            return WeeklyDeadline.parse(self.text(place, table, "weekly_deadline", DEFAULT_RULE))
        except BadInput as error:
            raise self.problem(f"{place}.weekly_deadline", str(error)) from error

    def provisioning_url(self, place: str, table: Mapping[str, Any], base_domain: str) -> str:
        url = self.text(place, table, "provisioning_url", f"https://provisioning.{base_domain}").rstrip("/")
        self.check_url(f"{place}.provisioning_url", url)
        return url

    def check_url(self, place: str, url: str) -> None:
        """https, or http on a loopback address."""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            _ = parts.port
        except ValueError:
            raise self.problem(place, f"{url!r} is no address.") from None
        if parts.scheme == "http" and not is_loopback(host):
            raise self.problem(place, "http:// is accepted for loopback addresses only: write https://.")
        if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or parts.username:
            raise self.problem(place, "an address such as https://host/ is needed here.")

    def networks(self, place: str, table: Mapping[str, Any]) -> tuple[str, ...]:
        value = table.get("trusted_proxies", [])
        if not isinstance(value, list):
            raise self.problem(f"{place}.trusted_proxies", "a list of addresses or networks is needed here.")
        try:
            return tuple(str(ipaddress.ip_network(item, strict=False)) for item in value)
        except (ValueError, TypeError) as error:
            raise self.problem(f"{place}.trusted_proxies", "one of them is no address or network.") from error


def is_loopback(host: str) -> bool:
    """Whether this host is the machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
