"""A phone that boots over real HTTP, for training, demonstrations and tests."""

from helpdesk_tui.backend.virtual_phone.boot import BootStep, Fault, Progress
from helpdesk_tui.backend.virtual_phone.manufacturer import Ask, ask_over_http
from helpdesk_tui.backend.virtual_phone.phone import VirtualPhone

__all__ = ["Ask", "BootStep", "Fault", "Progress", "VirtualPhone", "ask_over_http"]
