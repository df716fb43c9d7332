"""One file per screen; a screen shows and asks, it never computes state."""
