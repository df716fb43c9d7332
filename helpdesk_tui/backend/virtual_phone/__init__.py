"""A phone that boots over real HTTP, for training, demonstrations and tests."""

from helpdesk_tui.backend.virtual_phone.boot import BootStep, Progress, Trouble
from helpdesk_tui.backend.virtual_phone.faults import Fault
from helpdesk_tui.backend.virtual_phone.manufacturer import Ask, ask_over_http
from helpdesk_tui.backend.virtual_phone.phone import VirtualPhone

__all__ = ["Ask", "BootStep", "Fault", "Progress", "Trouble", "VirtualPhone", "ask_over_http"]
