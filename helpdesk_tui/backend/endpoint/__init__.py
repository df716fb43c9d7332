"""The web server that phones fetch their settings and firmware from.

An ASGI application without a framework: one path per phone, a handful of file names, and an answer that costs one
look-up. Nothing that a phone sends is trusted but the secret segment of its path.
"""
