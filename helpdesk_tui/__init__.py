"""Helpdesk TUI: provisioning of SIP phones, seen and mended from a terminal."""

__version__ = "0.1.0"
