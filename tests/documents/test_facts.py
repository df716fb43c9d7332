"""What the documents list is what there is: keys, columns, models, commands, links."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from helpdesk_tui import configuration
from helpdesk_tui.backend.helpdesk import catalogue
from helpdesk_tui.backend.use_cases import firmware_catalogue, imports
from helpdesk_tui.cli import root
from helpdesk_tui.commands import COMMANDS as COMMAND_LIST
from helpdesk_tui.commands import Place, commands_for, key_label
from tests.documents.reading import CHECKOUT, DOCUMENTS, FENCE, LINK, anchors, blocks, first_cells, section

DOCS = CHECKOUT / "docs"
CONFIGURATION = (DOCS / "configuration.md").read_text(encoding="utf-8")
FILES = (DOCS / "files.md").read_text(encoding="utf-8")
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
COMMANDS = (DOCS / "commands.md").read_text(encoding="utf-8")

KEYS = {
    "Keys of the whole file": (*configuration.TOP_KEYS, *configuration.OPERATORS_KEYS),
    "An environment of our own": configuration.LOCAL_KEYS,
    "A platform elsewhere": ("kind", *configuration.COMPASS_KEYS),
}
COLUMNS = {
    "Organisations": imports.ORGANISATION_COLUMNS,
    "Users": imports.USER_COLUMNS,
    "Phones": imports.PHONE_COLUMNS,
    "Firmware": firmware_catalogue.COLUMNS,
}


def names(document: str, heading: str) -> list[str]:
    """What the tables under a heading are about, `[operators]` of a head left out."""
    cells = first_cells(section(document, heading))
    return [name for words in cells for name in words if not name.startswith("[")]


@pytest.mark.parametrize("heading", KEYS)
def test_every_key_of_the_configuration_is_described(heading: str) -> None:
    assert sorted(names(CONFIGURATION, heading)) == sorted(KEYS[heading])


@pytest.mark.parametrize("heading", COLUMNS)
def test_every_column_of_the_files_is_described(heading: str) -> None:
    assert sorted(names(FILES, heading)) == sorted(COLUMNS[heading])


def test_every_kind_of_service_has_its_keys_described() -> None:
    described = section(CONFIGURATION, "Manufacturers' services")
    for (vendor, kind), keys in configuration.ACCOUNT_KEYS.items():
        if keys:
            (row,) = re.findall(rf"^\| {vendor.label} `{kind.value}`.*`.*$", described, re.MULTILINE)
            assert re.findall(r"`([^`]+)`", row.split("|")[2]) == [key for key in keys if key != "url"]
    assert all(f"`{limit}`" in described for limit in configuration.LIMITS)


def test_every_model_is_listed() -> None:
    listed = section(FILES, "Models")
    assert sorted(re.findall(r"\b[A-Z]*\d[\w]*\b", listed.partition("What each")[0])) == sorted(
        model.name for model in catalogue().models if not model.name.startswith("M")
    )


def parameters(words: str) -> tuple[str, set[str]]:
    """The command that a line of the table begins with, and the options that it has."""
    command: click.Command = root
    path: list[str] = []
    for word in words.split():
        context = click.Context(command)
        found = command.get_command(context, word) if isinstance(command, click.Group) else None
        if found is None:
            break
        command, path = found, [*path, word]
    return " ".join(path), {name for parameter in command.params for name in parameter.opts}


def test_every_command_and_option_that_is_described_exists() -> None:
    for line in (words for cell in first_cells(COMMANDS) for words in cell if not words.startswith("show")):
        path, options = parameters(line.replace("organisations/users/phones", "phones"))
        assert path or line.startswith("set "), line
        assert line.startswith("set ") or set(re.findall(r"--[\w-]+", line)) <= options, line


def test_every_command_is_described() -> None:
    described = {words.split()[0] for cell in first_cells(COMMANDS) for words in cell}
    assert set(root.list_commands(click.Context(root))) <= described


def test_every_command_of_the_first_screens_has_its_key_in_the_readme() -> None:
    """Of the list of phones and of one phone; and no key is told that there is not."""
    told = {key for cell in first_cells(section(README, "Screens and keys")) for key in cell}
    keys = {command.id: {key_label(key) for key in command.keys} | {*command.keys} for command in COMMAND_LIST}
    everywhere = (*commands_for(Place.PHONES), *commands_for(Place.PHONE))
    missing = {command.id for command in everywhere if command.keys and not keys[command.id] & told}
    assert missing == set()
    assert all(any(key in labels for labels in keys.values()) for key in told)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8"))):
        place, _, anchor = link.partition("#")
        if not place.startswith("http"):
            target = document.parent / place if place else document
            assert target.exists(), link
            assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_block_says_what_it_is(document: Path) -> None:
    """Without a language it would not be run, or not be read."""
    assert all(language for language, _ in FENCE.findall(document.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "document", ["compass.md", "configuration.md", "operating.md", "shared-host.md", "walkthroughs.md"]
)
def test_every_configuration_is_accepted(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a-secret\n", encoding="utf-8")
    checked = 0
    for block in blocks((DOCS / document).read_text(encoding="utf-8"), "toml"):
        if not re.search(r"^\[(environments|operators|keys)", block, re.MULTILINE):
            continue  # a file of another kind
        for variable in re.findall(r'"env:(\w+)"', block):
            monkeypatch.setenv(variable, "a-secret")
        file = tmp_path / "config.toml"
        file.write_text(re.sub(r'"file:[^"]+"', f'"file:{secret}"', block), encoding="utf-8")
        configuration.load(file)
        checked += 1
    assert checked
