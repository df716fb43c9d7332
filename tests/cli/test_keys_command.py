"""`helpdesk-tui keys` tells the ids by which keys are changed."""

from __future__ import annotations

from tests.cli.conftest import Program


def test_keys_are_listed_by_place_with_the_ones_in_force(run: Program) -> None:
    config = run.folder / "config.toml"
    config.write_text('[keys]\nactivate = ["ctrl+a", "F5"]\nlogin = ""\n')
    own = run.with_options("--config", config)
    listed = own("keys").stdout
    assert "\nSettings file\n" in listed and "\n  find                  slash" in listed
    assert "activate              ctrl+a, f5          Activate\n" in listed
    assert "login                 (no key)" in listed
    by_id = {entry["id"]: entry for entry in own.json("keys")}
    assert by_id["activate"]["keys"] == ["ctrl+a", "f5"] and by_id["activate"]["usual_keys"] == ["a"]
    assert by_id["activate"]["places"] == ["phones", "phone", "walkthrough"]


def test_keys_that_clash_stop_every_command_with_file_and_line(run: Program) -> None:
    config = run.folder / "config.toml"
    config.write_text('[keys]\nactivate = "f"\n')
    for command in ("keys", "doctor"):
        sentence = run.inside().with_options("--config", config, "--database", "made.db").refused(command)
        assert sentence.startswith(f"{config}:2: keys.activate: 'f' already is 'Fix with the caller' (fix), in phones")
