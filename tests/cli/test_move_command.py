"""`helpdesk-tui phone move`"""

from __future__ import annotations

from tests.cli.conftest import Program

SNOM, YEALINK = "00:04:13:7a:10:01", "80:5e:c0:7a:10:02"
THERE = "Brouwerij Van den Eynde"


def test_a_move_is_one_line_and_leaves_the_step_alone(samples: Program) -> None:
    before = samples.json("phone", "show", SNOM)
    ended = samples("phone", "move", SNOM, "--to", "eynde")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"{SNOM}: moved to {THERE}. {before['user_name']} {before['user']} was logged out.\n"
    after = samples.json("phone", "show", SNOM)
    assert after == {
        **before,
        "organisation": THERE,
        "user": None,
        "user_name": None,
        **{name: after[name] for name in ("verdict", "verdict_text", "next_action")},
    }
    events = samples.json("phone", "history", SNOM)[:3]
    assert [(event["kind"], event["organisation"]) for event in events] == [
        ("moved", THERE),
        ("moved", before["organisation"]),
        ("logout", before["organisation"]),
    ]


def test_a_dry_run_tells_and_moves_nothing(samples: Program) -> None:
    before = samples.json("phone", "show", SNOM)
    told = samples("phone", "move", SNOM, "--to", THERE, "--dry-run")
    assert (told.returncode, told.stderr) == (0, "")
    assert "Logged out: " in told.stdout and "Its settings file: " in told.stdout
    assert all(line.startswith(f"{SNOM}: ") for line in told.stdout.splitlines())
    assert samples.json("phone", "show", SNOM) == before


def test_what_cannot_be_moved_is_refused_in_one_line(samples: Program) -> None:
    samples = samples.inside()
    assert "No organisation is called 'nobody'" in samples.refused("phone", "move", SNOM, "--to", "nobody")
    assert "No phone fits 'nothing'" in samples.refused("phone", "move", "nothing", "--to", THERE)
    here = samples.json("phone", "show", SNOM)["organisation"]
    for options in ((), ("--dry-run",)):
        assert "nothing to move" in samples.refused("phone", "move", SNOM, "--to", here, *options)
    assert "read-only" in samples.with_options("--read-only").refused("phone", "move", SNOM, "--to", THERE)
    assert samples("phone", "move", SNOM).returncode == 2


def test_of_several_each_is_told_for_itself(samples: Program) -> None:
    samples("phone", "move", YEALINK, "--to", THERE)
    ended = samples("phone", "move", SNOM, YEALINK, "--to", THERE)
    assert ended.returncode == 1
    assert ended.stdout.startswith(f"{SNOM}: moved to {THERE}.")
    assert ended.stderr == f"{YEALINK} is in {THERE} already: there is nothing to move.\n"
