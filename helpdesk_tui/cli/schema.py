"""`helpdesk-tui schema`: what `--json` promises, as JSON Schema."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import click

from helpdesk_tui.backend import EventKind, Reason, Step, Vendor, VerdictKind
from helpdesk_tui.backend.model.environment import ServiceKind
from helpdesk_tui.backend.model.firmware import Difference, Relation
from helpdesk_tui.backend.model.firmware_progress import Progress
from helpdesk_tui.backend.model.keys import KeyFunction, Scope
from helpdesk_tui.backend.model.organisation import Country, Language
from helpdesk_tui.backend.model.request import Via
from helpdesk_tui.backend.model.rights import Right
from helpdesk_tui.backend.model.step import Call
from helpdesk_tui.backend.model.verdict import NextAction
from helpdesk_tui.cli.output import print_json

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
YES_OR_NO: Schema = {"type": "boolean"}
MAC: Schema = {"type": "string", "pattern": "^([0-9a-f]{2}:){5}[0-9a-f]{2}$"}
TIME: Schema = {"type": "string", "format": "date-time"}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def one_of(kind: type[StrEnum]) -> Schema:
    """One of a closed set of words."""
    return {"enum": [member.value for member in kind]}


def or_null(schema: Schema) -> Schema:
    """This, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def array(items: Schema) -> Schema:
    """Any number of these."""
    return {"type": "array", "items": items}


def document(values: dict[str, Schema], also: dict[str, Schema] | None = None) -> Schema:
    """An object that has all of these; `also`: those that it has with `--reveal` only."""
    return {"type": "object", "properties": {**values, **(also or {})}, "required": list(values)}


PHONE = document(
    {
        "mac": MAC,
        "vendor": one_of(Vendor),
        "model": TEXT,
        "name": TEXT,
        "serial": or_null(TEXT),
        "organisation": TEXT,
        "user": or_null(TEXT),
        "user_name": or_null(TEXT),
        "vlan": or_null(NUMBER),
        "step": one_of(Step),
        "step_since": or_null(TIME),
        "deadline": or_null(TIME),
        "reason": or_null(one_of(Reason)),
        "reason_text": or_null(TEXT),
        "pending": or_null(document({"job": one_of(Call), "tries": NUMBER, "next_try": or_null(TIME)})),
        "verdict": one_of(VerdictKind),
        "verdict_text": TEXT,
        "next_action": one_of(NextAction),
        "firmware_installed": or_null(TEXT),
        "firmware_selected": or_null(TEXT),
        "firmware_progress": one_of(Progress),
        "last_seen": or_null(TIME),
        "added_at": or_null(TIME),
    },
    {"settings_url": TEXT, "temporary_url": or_null(TEXT)},
)
EVENT = document(
    {
        "at": TIME,
        "operator": TEXT,
        "kind": one_of(EventKind),
        "mac": or_null(MAC),
        "organisation": or_null(TEXT),
        "text": TEXT,
    }
)
ORGANISATION = document(
    {
        **dict.fromkeys(("organisation", "short_name", "sip_host", "outbound_proxy", "ntp_server", "timezone"), TEXT),
        "language": one_of(Language),
        "country": one_of(Country),
        **dict.fromkeys(("codecs", "call_waiting", "caller_id_display", "speaker_level", "microphone_level"), TEXT),
        **dict.fromkeys(("logged_out_dialplan", "web_username"), TEXT),
        **dict.fromkeys(("phones", *(kind.value for kind in VerdictKind), "users"), NUMBER),
    }
)
USER = document(
    {
        **dict.fromkeys(("organisation", "extension", "name", "voicemail"), TEXT),
        "ring_internal": NUMBER,
        "ring_external": NUMBER,
        "identities": array(document({"sip_username": TEXT, "display_name": TEXT}, {"sip_password": TEXT})),
        "phones": array(MAC),
    },
    {"pin": TEXT},
)
FIRMWARE = document(
    {
        "vendor": one_of(Vendor),
        "version": TEXT,
        "models": array(TEXT),
        "file": TEXT,
        "size": or_null(NUMBER),
        "sha256": or_null(TEXT),
        "certified": YES_OR_NO,
        "certified_on": or_null(TIME),
        "withdrawn": YES_OR_NO,
        "notes": TEXT,
        "known_problems": TEXT,
    }
)
WAITING = document(
    {
        "mac": MAC,
        "job": one_of(Call),
        "tries": NUMBER,
        "next_try": or_null(TIME),
        "reason": or_null(one_of(Reason)),
        "reason_text": or_null(TEXT),
    }
)
SERVICE = document(
    {
        "vendor": one_of(Vendor),
        "label": TEXT,
        "service": one_of(ServiceKind),
        "account": or_null(TEXT),
        "ok": YES_OR_NO,
        "problems": array(TEXT),
        "host": or_null(TEXT),
        "addresses": array(TEXT),
        "connected": or_null(TEXT),
        "certificate_ends": or_null(TIME),
        "clock_difference_seconds": or_null({"type": "number"}),
        "credentials": or_null({"enum": ["accepted", *(reason.value for reason in Reason)]}),
        "last_success": or_null(TIME),
        "waiting": array(WAITING),
    }
)
RUN = document(
    {
        "run": NUMBER,
        "mac": MAC,
        **dict.fromkeys(("walkthrough", "title", "where", "operator"), TEXT),
        "started": TIME,
        "changed": TIME,
        "ended": or_null(TIME),
    }
)
REQUEST = document(
    {
        "at": TIME,
        "file": TEXT,
        "via": one_of(Via),
        "status": NUMBER,
        "bytes": NUMBER,
        **dict.fromkeys(("address", "user_agent", "note"), or_null(TEXT)),
    }
)
SCHEMAS: dict[str, Schema] = {
    "phone list": array(PHONE),
    "phone show": PHONE,
    "phone history": array(EVENT),
    "phone requests": array(REQUEST),
    "phone keys": array(
        document(
            {
                **dict.fromkeys(("position", "module", "number"), NUMBER),
                "function": or_null(one_of(KeyFunction)),
                "value": or_null(TEXT),
                "label": or_null(TEXT),
                "for": or_null(one_of(Scope)),
            }
        )
    ),
    "phone custom": array(
        document({"name": TEXT, "value": or_null(TEXT), "for": one_of(Scope), "overridden": YES_OR_NO})
    ),
    "organisation list": array(ORGANISATION),
    "organisation show": ORGANISATION,
    "user list": array(USER),
    "user show": USER,
    "activity": array(EVENT),
    "walkthrough list": array(RUN),
    "firmware list": array(FIRMWARE),
    "firmware rollout": array(
        document(
            {
                "model": TEXT,
                **dict.fromkeys(("phones", *(progress.value.replace(" ", "_") for progress in Progress)), NUMBER),
            }
        )
    ),
    "firmware explain": document(
        {
            "version": TEXT,
            "vendor": or_null(one_of(Vendor)),
            **dict.fromkeys(("family_prefix", "generation", "branch"), or_null({"type": ["string", "integer"]})),
            "fits": or_null(YES_OR_NO),
            "text": TEXT,
        }
    ),
    "firmware compare": document(
        {"relation": one_of(Relation), "difference": or_null(one_of(Difference)), "text": TEXT}
    ),
    "api-user list": array(
        document(
            {
                **dict.fromkeys(("username", "name", "contact", "language"), TEXT),
                "organisation": or_null(TEXT),
                "everywhere": one_of(Right),
                "rights": {"type": "object", "additionalProperties": one_of(Right)},
                "last_login": or_null(TIME),
                "last_address": or_null(TEXT),
            }
        )
    ),
    "keys": array(
        document(
            {
                **dict.fromkeys(("id", "title", "help"), TEXT),
                **dict.fromkeys(("keys", "usual_keys", "places"), array(TEXT)),
            }
        )
    ),
    "doctor": document(
        {
            "ok": YES_OR_NO,
            "environment": TEXT,
            "next_deadline": TIME,
            "checks": array(document({"name": TEXT, "ok": YES_OR_NO, "text": TEXT})),
            "services": array(SERVICE),
        }
    ),
}


@click.command("schema")
@click.argument("command", nargs=-1)
def schema_command(command: tuple[str, ...]) -> None:
    """Print the JSON Schema of what COMMAND prints with --json (`schema phone list`); without one, the commands.

    Of an environment of one's own; what a platform elsewhere sends is told by that platform.
    """
    name = " ".join(command)
    if not name:
        click.echo("\n".join(SCHEMAS))
    elif name in SCHEMAS:
        print_json({"$schema": DIALECT, "title": f"helpdesk-tui {name} --json", **SCHEMAS[name]})
    else:
        raise click.UsageError(f"No schema of {name!r}: there is one of each of {', '.join(SCHEMAS)}.")
