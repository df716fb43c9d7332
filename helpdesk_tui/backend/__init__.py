"""The face of the backend: `Helpdesk`, and the types that screens may see. Screens import from here only."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpdesk_tui.backend.compass.desk import CompassDesk, Moved
    from helpdesk_tui.backend.compass.environment import Fact
    from helpdesk_tui.backend.compass.fields import RemoteOrganisation, RemotePhone, RemoteStatus, RemoteUser
    from helpdesk_tui.backend.compass.problem import NotOffered
    from helpdesk_tui.backend.compass.reading import ReadingProgress
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
    from helpdesk_tui.backend.helpdesk import Helpdesk
    from helpdesk_tui.backend.manufacturers.service import Failure, Lookup
    from helpdesk_tui.backend.model.boot_timeline import BootFact, BootTimeline, Proof, boot_timeline
    from helpdesk_tui.backend.model.catalogue import ResetWay
    from helpdesk_tui.backend.model.common_setting import COMMON_SETTINGS, CommonSetting
    from helpdesk_tui.backend.model.diagram import Lane, Mark, MarkState, lanes, settings_sent
    from helpdesk_tui.backend.model.environment import Environment
    from helpdesk_tui.backend.model.event import Event, EventKind
    from helpdesk_tui.backend.model.event_query import EventQuery, read_since, read_until
    from helpdesk_tui.backend.model.failures import Failures, SubjectKind
    from helpdesk_tui.backend.model.firmware import Comparison, FirmwareVersion, Relation, explain
    from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
    from helpdesk_tui.backend.model.firmware_progress import Progress, Rollout, progress_of, progress_text
    from helpdesk_tui.backend.model.firmware_rules import JudgementKind
    from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey, KeyFunction, Scope
    from helpdesk_tui.backend.model.loss import Loss
    from helpdesk_tui.backend.model.mac import Mac
    from helpdesk_tui.backend.model.organisation import Identity, Organisation, User
    from helpdesk_tui.backend.model.phone import Phone
    from helpdesk_tui.backend.model.phone_history import HistoryLine, phone_history
    from helpdesk_tui.backend.model.query import Field, Query, parse_query
    from helpdesk_tui.backend.model.reason import Reason
    from helpdesk_tui.backend.model.request import Request
    from helpdesk_tui.backend.model.role import Role
    from helpdesk_tui.backend.model.run import Run
    from helpdesk_tui.backend.model.site import Silence, Site, Urgency, Whereabouts
    from helpdesk_tui.backend.model.step import Step
    from helpdesk_tui.backend.model.user_setting import IDENTITY_SETTINGS, USER_SETTINGS, UserSetting
    from helpdesk_tui.backend.model.validation import check_phone_text, check_serial
    from helpdesk_tui.backend.model.vendor import Vendor
    from helpdesk_tui.backend.model.verdict import NextAction, Verdict, VerdictKind, judge
    from helpdesk_tui.backend.settings_file import (
        MASK,
        ComparedLine,
        FileComparison,
        FileLine,
        Origin,
        Setting,
        SettingsFile,
        Side,
        lines_of,
        masked,
    )
    from helpdesk_tui.backend.store.directory import ListedOrganisation, OrganisationPage
    from helpdesk_tui.backend.store.events import EventPage
    from helpdesk_tui.backend.store.jobs import Job
    from helpdesk_tui.backend.store.phones import Page
    from helpdesk_tui.backend.use_cases.activity import Form
    from helpdesk_tui.backend.use_cases.custom import CustomPlace, KeyPlace, Owner
    from helpdesk_tui.backend.use_cases.firmware import USE_INSTALLED, Option, Plan, Undo
    from helpdesk_tui.backend.use_cases.moves import BY_HAND, MovePlan
    from helpdesk_tui.backend.use_cases.organisations import Effect, ModelInUse
    from helpdesk_tui.backend.use_cases.registration import Attempt
    from helpdesk_tui.backend.use_cases.services import Asked, Queue, ServiceReport
    from helpdesk_tui.backend.use_cases.settings import Checks
    from helpdesk_tui.backend.use_cases.sites import Survey
    from helpdesk_tui.backend.use_cases.users import ListedUser
    from helpdesk_tui.backend.use_cases.walkthroughs import FIX, PROOFS, RESET, View, check_note
    from helpdesk_tui.backend.virtual_phone.caller import Caller
    from helpdesk_tui.backend.virtual_phone.handset import Condition, Glance
    from helpdesk_tui.backend.virtual_phone.practice import Deed, Scenario
    from helpdesk_tui.backend.walkthroughs.actions import Action
    from helpdesk_tui.backend.walkthroughs.definition import Drawing, WalkStep
    from helpdesk_tui.backend.walkthroughs.engine import StepState, WalkState, seconds

__all__ = [
    "BY_HAND",
    "COMMON_SETTINGS",
    "FIX",
    "IDENTITY_SETTINGS",
    "MASK",
    "PROOFS",
    "RESET",
    "USER_SETTINGS",
    "USE_INSTALLED",
    "Action",
    "Ambiguous",
    "Asked",
    "Attempt",
    "BadInput",
    "BootFact",
    "BootTimeline",
    "Caller",
    "Checks",
    "CommonSetting",
    "ComparedLine",
    "Comparison",
    "CompassDesk",
    "Condition",
    "ConfigurationProblem",
    "CustomPlace",
    "CustomSetting",
    "DatabaseProblem",
    "Deed",
    "Drawing",
    "Effect",
    "Environment",
    "Event",
    "EventKind",
    "EventPage",
    "EventQuery",
    "Fact",
    "Failure",
    "Failures",
    "Field",
    "FileComparison",
    "FileLine",
    "FirmwareEntry",
    "FirmwareVersion",
    "Form",
    "FunctionKey",
    "Glance",
    "Helpdesk",
    "HelpdeskError",
    "HistoryLine",
    "Identity",
    "Job",
    "JudgementKind",
    "KeyFunction",
    "KeyPlace",
    "Lane",
    "ListedOrganisation",
    "ListedUser",
    "Lookup",
    "Loss",
    "Mac",
    "Mark",
    "MarkState",
    "ModelInUse",
    "MovePlan",
    "Moved",
    "NeedsConsent",
    "NextAction",
    "NotFound",
    "NotOffered",
    "Option",
    "Organisation",
    "OrganisationPage",
    "Origin",
    "Owner",
    "Page",
    "Phone",
    "Plan",
    "Progress",
    "Proof",
    "Query",
    "Queue",
    "ReadingProgress",
    "Reason",
    "Refused",
    "Relation",
    "RemoteOrganisation",
    "RemotePhone",
    "RemoteStatus",
    "RemoteUser",
    "Request",
    "ResetWay",
    "Role",
    "Rollout",
    "Run",
    "Scenario",
    "Scope",
    "ServiceReport",
    "Setting",
    "SettingsFile",
    "Side",
    "Silence",
    "Site",
    "Step",
    "StepState",
    "SubjectKind",
    "Survey",
    "Undo",
    "Urgency",
    "User",
    "UserSetting",
    "Vendor",
    "Verdict",
    "VerdictKind",
    "View",
    "WalkState",
    "WalkStep",
    "Whereabouts",
    "boot_timeline",
    "check_note",
    "check_phone_text",
    "check_serial",
    "explain",
    "judge",
    "lanes",
    "lines_of",
    "masked",
    "parse_query",
    "phone_history",
    "progress_of",
    "progress_text",
    "read_since",
    "read_until",
    "seconds",
    "settings_sent",
]

_MODULES = {
    "CompassDesk": "compass.desk",
    "Moved": "compass.desk",
    "Fact": "compass.environment",
    "RemoteOrganisation": "compass.fields",
    "RemotePhone": "compass.fields",
    "RemoteStatus": "compass.fields",
    "RemoteUser": "compass.fields",
    "NotOffered": "compass.problem",
    "ReadingProgress": "compass.reading",
    "ListedUser": "use_cases.users",
    "OrganisationPage": "store.directory",
    "ListedOrganisation": "store.directory",
    "MASK": "settings_file",
    "IDENTITY_SETTINGS": "model.user_setting",
    "USER_SETTINGS": "model.user_setting",
    "UserSetting": "model.user_setting",
    "Loss": "model.loss",
    "Identity": "model.organisation",
    "HistoryLine": "model.phone_history",
    "phone_history": "model.phone_history",
    "BootTimeline": "model.boot_timeline",
    "boot_timeline": "model.boot_timeline",
    "Proof": "model.boot_timeline",
    "BootFact": "model.boot_timeline",
    "FIX": "use_cases.walkthroughs",
    "PROOFS": "use_cases.walkthroughs",
    "RESET": "use_cases.walkthroughs",
    "View": "use_cases.walkthroughs",
    "check_note": "use_cases.walkthroughs",
    "Caller": "virtual_phone.caller",
    "Condition": "virtual_phone.handset",
    "Glance": "virtual_phone.handset",
    "Deed": "virtual_phone.practice",
    "Scenario": "virtual_phone.practice",
    "Action": "walkthroughs.actions",
    "Drawing": "walkthroughs.definition",
    "WalkStep": "walkthroughs.definition",
    "WalkState": "walkthroughs.engine",
    "StepState": "walkthroughs.engine",
    "seconds": "walkthroughs.engine",
    "Silence": "model.site",
    "Urgency": "model.site",
    "Site": "model.site",
    "Whereabouts": "model.site",
    "SubjectKind": "model.failures",
    "Survey": "use_cases.sites",
    "Failures": "model.failures",
    "COMMON_SETTINGS": "model.common_setting",
    "CommonSetting": "model.common_setting",
    "CustomSetting": "model.keys",
    "FunctionKey": "model.keys",
    "KeyFunction": "model.keys",
    "Scope": "model.keys",
    "Organisation": "model.organisation",
    "User": "model.organisation",
    "CustomPlace": "use_cases.custom",
    "KeyPlace": "use_cases.custom",
    "Owner": "use_cases.custom",
    "Effect": "use_cases.organisations",
    "ModelInUse": "use_cases.organisations",
    "MovePlan": "use_cases.moves",
    "BY_HAND": "use_cases.moves",
    "Checks": "use_cases.settings",
    "Origin": "settings_file",
    "Setting": "settings_file",
    "ComparedLine": "settings_file",
    "FileComparison": "settings_file",
    "Side": "settings_file",
    "ServiceReport": "use_cases.services",
    "Queue": "use_cases.services",
    "Asked": "use_cases.services",
    "Job": "store.jobs",
    "check_phone_text": "model.validation",
    "check_serial": "model.validation",
    "Failure": "manufacturers.service",
    "Lookup": "manufacturers.service",
    "Ambiguous": "errors",
    "Attempt": "use_cases.registration",
    "BadInput": "errors",
    "Comparison": "model.firmware",
    "ConfigurationProblem": "errors",
    "DatabaseProblem": "errors",
    "Environment": "model.environment",
    "Event": "model.event",
    "EventKind": "model.event",
    "EventPage": "store.events",
    "EventQuery": "model.event_query",
    "Form": "use_cases.activity",
    "read_since": "model.event_query",
    "read_until": "model.event_query",
    "explain": "model.firmware",
    "Field": "model.query",
    "FileLine": "settings_file",
    "FirmwareEntry": "model.firmware_entry",
    "FirmwareVersion": "model.firmware",
    "Helpdesk": "helpdesk",
    "HelpdeskError": "errors",
    "judge": "model.verdict",
    "JudgementKind": "model.firmware_rules",
    "Lane": "model.diagram",
    "lanes": "model.diagram",
    "settings_sent": "model.diagram",
    "lines_of": "settings_file",
    "Mac": "model.mac",
    "Mark": "model.diagram",
    "MarkState": "model.diagram",
    "masked": "settings_file",
    "NeedsConsent": "errors",
    "NextAction": "model.verdict",
    "NotFound": "errors",
    "Option": "use_cases.firmware",
    "Page": "store.phones",
    "parse_query": "model.query",
    "Phone": "model.phone",
    "Plan": "use_cases.firmware",
    "Progress": "model.firmware_progress",
    "progress_of": "model.firmware_progress",
    "progress_text": "model.firmware_progress",
    "Rollout": "model.firmware_progress",
    "Undo": "use_cases.firmware",
    "Query": "model.query",
    "Reason": "model.reason",
    "Refused": "errors",
    "Relation": "model.firmware",
    "Request": "model.request",
    "ResetWay": "model.catalogue",
    "Role": "model.role",
    "Run": "model.run",
    "SettingsFile": "settings_file",
    "Step": "model.step",
    "USE_INSTALLED": "use_cases.firmware",
    "Vendor": "model.vendor",
    "Verdict": "model.verdict",
    "VerdictKind": "model.verdict",
}


def __getattr__(name: str) -> object:
    """Import what is asked for, and no more: `--help` must not wait for the whole backend (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
