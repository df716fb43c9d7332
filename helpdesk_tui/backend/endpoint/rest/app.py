"""The FastAPI application behind the gate, and its OpenAPI document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from helpdesk_tui import __version__
from helpdesk_tui.backend.endpoint.rest import additions, compass, reference
from helpdesk_tui.backend.endpoint.rest.described import Error
from helpdesk_tui.backend.endpoint.rest.errors import ApiError, from_helpdesk, response
from helpdesk_tui.backend.errors import HelpdeskError

NO_SUCH_PATH = "There is no such path: /schema shows those that exist."

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

DESCRIPTION = """
The paths under **Compass** are those of the Compass API v3 as far as they are documented publicly; those under
**Helpdesk TUI** are additions of our own.

*Authorize* with the user name and password of an API user. Errors are always
`{"error": {"code": "…", "message": "…"}}`; the message is one sentence that says what to do.
"""


class Api(FastAPI):
    """The routes, with errors in one shape."""

    def __init__(self) -> None:
        super().__init__(
            title="REST API of Helpdesk TUI",
            version=__version__,
            description=DESCRIPTION,
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
        )
        for router in (compass.router, additions.router, reference.router):
            self.include_router(router)
        self.add_exception_handler(ApiError, _api_error)
        self.add_exception_handler(HelpdeskError, _helpdesk_error)
        self.add_exception_handler(RequestValidationError, _invalid)
        self.add_exception_handler(HTTPException, self._http_error)

    def openapi(self) -> dict[str, Any]:
        """The document of the API: who must log in, and what errors look like, stand in it once."""
        if not self.openapi_schema:
            document = super().openapi()
            components = document.setdefault("components", {})
            components["securitySchemes"] = {"basic": {"type": "http", "scheme": "basic"}}
            schema = Error.model_json_schema(ref_template="#/components/schemas/{model}")
            components.setdefault("schemas", {}).update(schema.pop("$defs"), Error=schema)
            document["security"] = [{"basic": []}]
            for path in document["paths"].values():
                for operation in path.values():
                    operation["responses"].pop("422", None)  # such requests are answered by 400
            for name in ("HTTPValidationError", "ValidationError"):
                components["schemas"].pop(name, None)
        assert self.openapi_schema is not None
        return self.openapi_schema

    def methods_of(self, path: str) -> tuple[str, ...]:
        """The methods that this path knows; none: there is no such path."""
        found = [method for method in METHODS if self._knows(path, method)]
        return (*found, *(("HEAD",) if "GET" in found else ()), *(("OPTIONS",) if found else ()))

    def _knows(self, path: str, method: str) -> bool:
        scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
        return any(route.matches(scope)[0] is Match.FULL for route in self.routes)

    async def _http_error(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            allowed = ", ".join(self.methods_of(request.scope["path"]))
            message = f"This path does not know {request.method[:10]}: use {allowed}."
            return response(ApiError(405, message, headers={"Allow": allowed}))
        if error.status_code == 404:
            return response(ApiError(404, NO_SUCH_PATH))
        if error.status_code == 413:
            return response(ApiError(413, "The body is too large."))
        return response(ApiError(400, "The body is no JSON that can be read."))


async def _api_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return response(error)


async def _helpdesk_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HelpdeskError)
    return response(from_helpdesk(error))


async def _invalid(_: Request, error: Exception) -> Response:
    """What pydantic found, as one sentence; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    return response(ApiError(400, _sentence(error.errors())))


def _sentence(found: Sequence[Any]) -> str:
    first = found[0] if found else {}
    place = [str(part) for part in first.get("loc", ()) if part not in ("body", "query", "path", "header")]
    name = ".".join(part for part in place if not part.isdigit()) or "the body"
    return f"{name}: {str(first.get('msg', 'it cannot be read')).rstrip('.')[:200]}."
