"""From an account in the configuration to a client of its service. HTTP is imported only for a real one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from helpdesk_tui.backend.errors import ConfigurationProblem
from helpdesk_tui.backend.manufacturers.service import ManufacturerService
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService, utc_now
from helpdesk_tui.backend.model.environment import ServiceAccount, ServiceKind
from helpdesk_tui.backend.model.vendor import Vendor


def open_service(account: ServiceAccount, *, now: Callable[[], datetime] = utc_now) -> ManufacturerService:
    """The client for this account. It connects at its first call.

    Raises ConfigurationProblem when the vendor has no service of that kind, or its address is not acceptable.
    """
    match account.vendor, account.kind:
        case vendor, ServiceKind.SIMULATED:
            return SimulatedService(vendor, label=account.label, now=now)
        case Vendor.SNOM, ServiceKind.SRAPS:
            from helpdesk_tui.backend.manufacturers.snom_sraps import SnomSraps

            return SnomSraps(account, label_of(account), now=now)
        case Vendor.SNOM, ServiceKind.XMLRPC:
            from helpdesk_tui.backend.manufacturers.snom_xmlrpc import SnomXmlRpc

            return SnomXmlRpc(account, label_of(account), now=now)
        case Vendor.YEALINK, ServiceKind.YMCS:
            from helpdesk_tui.backend.manufacturers.yealink_ymcs import YealinkYmcs

            return YealinkYmcs(account, label_of(account), now=now)
        case Vendor.YEALINK, ServiceKind.XMLRPC:
            from helpdesk_tui.backend.manufacturers.yealink_xmlrpc import YealinkXmlRpc

            return YealinkXmlRpc(account, label_of(account), now=now)
        case vendor, kind:
            raise ConfigurationProblem(
                f"{vendor.label} has no service of the kind {kind.value!r}: correct `service` in the configuration."
            )


def label_of(account: ServiceAccount) -> str:
    """What the operator reads. A service under another name than the vendor's is assumed to speak the vendor's wire
    (reference manufacturer_services.md, section 6: nothing is published about Lydis)."""
    return f"{account.label} (wire assumed)" if account.label else account.vendor.service_label
