"""`python -m helpdesk_tui` is the command `helpdesk-tui`."""

from __future__ import annotations

from helpdesk_tui.cli import main

if __name__ == "__main__":
    main()
