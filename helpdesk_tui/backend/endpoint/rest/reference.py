"""The interactive reference at /schema: Swagger UI, with all its files from here, so that it needs no internet.

Compass asks for credentials already here (compass.md, section 1.1). This reference holds no secret and is the same for
everybody, so it does not: what it can do is up to the credentials that are entered in it.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from helpdesk_tui.backend.endpoint.rest.errors import ApiError

router = APIRouter(include_in_schema=False)

SCHEMA = "/schema/schemas/v3.json"

_CONTENT_SECURITY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY,
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API Reference</title>
<link rel="stylesheet" href="/schema/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/schema/swagger-ui-bundle.js"></script>
<script src="/schema/start.js"></script>
</body>
</html>
"""

# Without `omit` the browser meets wrong credentials with a question of its own, over the answer that explains them.
START = f"""SwaggerUIBundle({{
  url: {json.dumps(SCHEMA)},
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  queryConfigEnabled: false,
  persistAuthorization: false,
  requestInterceptor: (request) => Object.assign(request, {{ credentials: "omit" }})
}});
"""

OUR_FILES = {
    "start.js": ("text/javascript", START.encode()),
}
SWAGGER_FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}


@router.get("/schema")
async def page() -> Response:
    """The page."""
    return Response(PAGE, media_type="text/html", headers=HEADERS)


@router.get(SCHEMA)
async def schema(request: Request) -> Response:
    """The OpenAPI document, made from the code."""
    text = await run_in_threadpool(lambda: json.dumps(request.app.openapi(), ensure_ascii=False))
    return Response(text, media_type="application/json")


@router.get("/schema/{name}")
async def file(name: str) -> Response:
    """A script or a style of the page."""
    if name in OUR_FILES:
        media_type, data = OUR_FILES[name]
    elif name in SWAGGER_FILES:
        media_type, data = SWAGGER_FILES[name], await run_in_threadpool(_swagger_file, name)
    else:
        raise ApiError(404, "There is no such file.")
    return Response(data, media_type=media_type, headers={**HEADERS, "Cache-Control": "max-age=3600"})


@cache
def _swagger_file(name: str) -> bytes:
    return files("fastapi_offline").joinpath("static", name).read_bytes()
