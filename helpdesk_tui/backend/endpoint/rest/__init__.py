"""The REST API: that of Compass as far as it is documented, and additions of our own under /helpdesk/v1.

Imported by `serve` alone: FastAPI takes its time.
"""
