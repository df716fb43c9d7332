"""`helpdesk-tui organisation`, and what `phone settings` says about origins and differences."""

from __future__ import annotations

from tests.cli.conftest import Program

SNOM, YEALINK, OTHER = "00:04:13:7a:10:01", "80:5e:c0:7a:10:02", "80:5e:c0:7a:10:03"


def test_common_settings_are_listed_shown_and_changed(samples: Program) -> None:
    listed = samples.json("organisation", "list")
    assert {(row["short_name"], row["phones"]) for row in listed} == {("jansen", 3), ("eynde", 2)}
    assert "language: nl" in samples("organisation", "show", "jansen").stdout
    dry = samples("organisation", "set", "jansen", "language", "de", "--dry-run")
    assert dry.stdout == "3 of 3 phones would get another settings file.\n"
    assert samples.json("organisation", "show", "jansen")["language"] == "nl"
    assert samples("organisation", "set", "jansen", "language", "de").stdout == "Bakkerij Jansen: done.\n"
    assert samples.json("organisation", "show", "Bakkerij Jansen")["language"] == "de"
    assert samples("organisation", "set", "jansen", "language", "DE").stdout == "Bakkerij Jansen: nothing to change.\n"


def test_what_will_not_do_is_one_sentence(samples: Program) -> None:
    assert "is not a host name" in samples.refused("organisation", "set", "jansen", "sip_host", "a b")
    assert "one of organisation, sip_host" in samples.refused("organisation", "set", "jansen", "colour", "red")
    assert "cannot be changed" in samples.refused("organisation", "set", "jansen", "short_name", "other")
    assert "No organisation" in samples.refused("organisation", "show", "nobody")


def test_origins_stand_before_their_lines_and_secrets_stay_masked(samples: Program) -> None:
    ended = samples("phone", "settings", SNOM, "--origins")
    (name,) = [line for line in ended.stdout.splitlines() if "<user_realname" in line and 'idx="1"' in line]
    assert name.startswith("user          ")
    assert "Brood-en-8-krenten" not in ended.stdout and "••••••••" in ended.stdout
    assert "Brood-en-8-krenten" in samples("phone", "settings", SNOM, "--origins", "--reveal").stdout


def test_differences_are_printed_without_secrets(samples: Program) -> None:
    ended = samples("phone", "settings", YEALINK, "--diff", OTHER)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert {line[0] for line in ended.stdout.splitlines()} == {"@", "-", "+"}
    assert "Deeg-rijst-6-uur" not in ended.stdout
    same = samples("phone", "settings", YEALINK, "--diff", YEALINK)
    assert (same.returncode, same.stdout) == (0, "")
    assert "not on record" in samples.refused("phone", "settings", YEALINK, "--diff", "last")
    assert samples("phone", "settings", YEALINK, "--diff", OTHER, "--reveal").returncode == 2
