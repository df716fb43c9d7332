"""Errors as the API tells them: always `{"error": {"code": …, "message": …}}`.

Compass documents no shape of error bodies (compass.md, section 1.5); this one is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from helpdesk_tui.backend.errors import (
    Ambiguous,
    BadInput,
    ConfigurationProblem,
    DatabaseProblem,
    HelpdeskError,
    NeedsConsent,
    NotFound,
    Refused,
)

CODES = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "refused",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_logins",
    500: "internal_error",
    502: "manufacturer_failed",
    503: "unavailable",
}
"""The code that goes with a status where nothing more exact is said."""

STATUS: dict[type[HelpdeskError], tuple[int, str | None]] = {
    NeedsConsent: (409, "needs_consent"),
    Refused: (409, None),
    NotFound: (404, None),
    BadInput: (400, None),
    Ambiguous: (400, None),
    DatabaseProblem: (503, None),
    ConfigurationProblem: (500, None),
}


class ApiError(Exception):
    """An answer that is an error."""

    def __init__(
        self, status: int, message: str, code: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or CODES[status]
        self.headers = headers


class Forbidden(ApiError):
    """The right for this is missing."""

    def __init__(self, message: str) -> None:
        super().__init__(403, message)


def document(code: str, message: str) -> dict[str, Any]:
    """The body of an error."""
    return {"error": {"code": code, "message": message}}


def response(error: ApiError) -> Response:
    """The whole answer."""
    return JSONResponse(document(error.code, error.message), error.status, dict(error.headers or {}))


def from_helpdesk(error: HelpdeskError) -> ApiError:
    """What a refusal of the backend is to a client; the sentence is the operator's own."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            status, code = STATUS[kind]
            return ApiError(status, str(error), code, {"Retry-After": "10"} if status == 503 else None)
    return ApiError(500, str(error))
