"""What the OpenAPI document says of errors."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from helpdesk_tui.backend.endpoint.rest.media import JSON

MEANINGS = {
    400: "Invalid request.",
    401: "Wrong or missing credentials.",
    403: "No access, or read-only access.",
    404: "No such resource.",
    406: "The Accept header names no version of the API that is offered.",
    409: "Understood, and not done: the message says why.",
    413: "The body is larger than 64 KB.",
    415: "The body is not JSON by its Content-Type.",
    502: "The manufacturer's service failed; `code` is the reason.",
}


class Reason(BaseModel):
    """What went wrong."""

    code: str
    """For programs."""
    message: str
    """One sentence for people."""


class Error(BaseModel):
    """The body of every error."""

    error: Reason


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The description of these errors."""
    schema = {"$ref": "#/components/schemas/Error"}
    return {status: {"description": MEANINGS[status], "content": {JSON: {"schema": schema}}} for status in statuses}
