"""What the Compass part of the API shows of companies, users and phones.

Facts and guesses as marked in compass.md, section 1.6: `self`, `theType`, `resourceId` and `entityId` are documented;
`shortname`, `username`, `contact` and `theLanguage` were seen in clients; the names `macAddress`, `model`,
`provisioningByManufacturer`, `firmwareVersion`, `company`, `user` and `extension` are of our own choice, because those
of Compass are not public.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from helpdesk_tui.backend.endpoint.rest.urls import Urls
from helpdesk_tui.backend.model import organisation as directory
from helpdesk_tui.backend.model import phone as phones
from helpdesk_tui.backend.model.rights import ApiUser

Self = Annotated[str, Field(description="The absolute URL of this object.")]
TheType = Annotated[str, Field(description="What kind of object this is.")]


class Company(TypedDict):
    """An organisation."""

    self: Self
    theType: TheType
    entityId: int
    name: str
    shortname: str


class User(TypedDict):
    """Somebody who logs in on phones, or who uses this API."""

    self: Self
    theType: TheType
    entityId: int
    name: str
    username: Annotated[str | None, Field(description="The login name at this API; null: none.")]
    contact: Annotated[str | None, Field(description="E-mail address.")]
    theLanguage: str
    company: Annotated[str | None, Field(description="The URL of the home organisation. (Our own key.)")]
    extension: Annotated[str | None, Field(description="What they log in with on phones. (Our own key.)")]


class Resource(TypedDict):
    """The base information of a resource."""

    self: Self
    theType: TheType
    resourceId: int
    name: str


class Phone(Resource):
    """A phone. The keys of Compass for MAC, model, step and firmware are not public: these are our own."""

    macAddress: str
    model: str
    provisioningByManufacturer: Annotated[str, Field(description="active, disabled, provision or deprovision.")]
    firmwareVersion: Annotated[str | None, Field(description="What it last reported to run.")]
    company: Annotated[str, Field(description="The URL of its organisation.")]
    user: Annotated[str | None, Field(description="The URL of the user who is logged in.")]


class PhoneStatus(TypedDict):
    """Where a phone is."""

    privateIP: Annotated[str | None, Field(description="Not known here.")]
    publicIP: Annotated[str | None, Field(description="The address that it last fetched its settings from.")]


def company(organisation: directory.Organisation, urls: Urls) -> Company:
    """An organisation as a company."""
    return {
        "self": urls.company(organisation.id),
        "theType": "company",
        "entityId": organisation.id,
        "name": organisation.name,
        "shortname": organisation.short_name,
    }


def person(user: directory.User, organisation: directory.Organisation, urls: Urls) -> User:
    """Somebody who logs in on phones."""
    return {
        "self": urls.user(user.id),
        "theType": "user",
        "entityId": user.id,
        "name": user.name,
        "username": None,
        "contact": None,
        "theLanguage": organisation.language.value,
        "company": urls.company(organisation.id),
        "extension": user.extension,
    }


def api_user(user: ApiUser, urls: Urls) -> User:
    """Somebody who uses this API."""
    return {
        "self": urls.user(user.id),
        "theType": "user",
        "entityId": user.id,
        "name": user.name or user.username,
        "username": user.username,
        "contact": user.contact or None,
        "theLanguage": user.language,
        "company": urls.company(user.organisation_id) if user.organisation_id else None,
        "extension": None,
    }


def resource(phone: phones.Phone, urls: Urls) -> Resource:
    """A phone as lists show it."""
    return {"self": urls.phone(phone.id), "theType": "phone", "resourceId": phone.id, "name": phone.name}


def phone(found: phones.Phone, urls: Urls) -> Phone:
    """A phone as it is shown by itself."""
    return {
        **resource(found, urls),
        "macAddress": found.mac.colons,
        "model": found.model,
        "provisioningByManufacturer": found.step.value,
        "firmwareVersion": found.firmware_installed,
        "company": urls.company(found.organisation_id),
        "user": urls.user(found.user_id) if found.user_id else None,
    }


def phone_status(found: phones.Phone) -> PhoneStatus:
    """Where a phone is, as far as its fetches tell."""
    return {"privateIP": None, "publicIP": found.last_address or None}
