"""The manufacturers' redirection services: one interface, one client for each wire."""
