"""Settings files for each second of one core, beside a plain Jinja2 template that prints the same keys.

The template is given its values; ours finds them, checks them, and knows where each comes from.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from jinja2 import Environment, Template

from helpdesk_tui.backend.helpdesk import catalogue
from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey, KeyFunction
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.organisation import Identity, Organisation, User
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file import (
    Endpoint,
    Source,
    custom,
    lines_of,
    render,
    settings_of,
    snom,
    text,
    writer,
    yealink,
    yealink_keys,
)
from tests.benchmarks.report import print_table

PHONES = 200
KEYS = 30
ROUNDS = 7
ORGANISATION = Organisation(1, "Bakkerij Jansen & Zonen", "jansen", "pbx.example.net", "proxy.example.net:5070")
PHONE_OF = {Vendor.SNOM: ("000413", "D785", "10.1.198.18"), Vendor.YEALINK: ("805ec0", "T48S", "66.86.0.15")}


def source(vendor: Vendor, number: int) -> Source:
    """A phone with a user, two identities, 30 function keys and a custom setting; no two are alike."""
    prefix, model, installed = PHONE_OF[vendor]
    mac = Mac(f"{prefix}{number:06x}")
    identities = (
        Identity(f"jansen{number}", f"{number:024x}", f"Anna Jansen {number}"),
        Identity(f"shop{number}", f"{number:023x}a", "Shop"),
    )
    folder = f"https://provisioning.pbx.example.net/p/{number:032x}/"
    return Source(
        mac=mac,
        model=catalogue().get(model),
        phone_name=f"Desk {number}",
        vlan=120,
        account=Identity(mac.hex, f"{number:024x}"),
        web_password=f"{number:016x}",
        organisation=ORGANISATION,
        user=User(number, 1, str(200 + number), f"Anna Jansen {number}", identities, f"*97{200 + number}"),
        endpoint=Endpoint(f"{folder}phone.cfg", folder, mac.hex, f"{number:024x}"),
        firmware=None,
        firmware_installed=installed,
        function_keys=tuple(
            FunctionKey(place, KeyFunction.STATUS, str(200 + number + place), f"Colleague {place}")
            for place in range(1, KEYS + 1)
        ),
        custom=(CustomSetting("phone_type" if vendor is Vendor.SNOM else "features.dnd.enable", "1"),),
    )


def template_of(vendor: Vendor, sources: Sequence[Source]) -> tuple[Template, list[dict[str, str]]]:
    """A template with the lines of these files, and the values that each of them has."""
    lines = []
    for number, line in enumerate(lines_of(settings_of(sources[0]))):
        setting = line.setting
        if setting is None:
            lines.append(line.text)
        elif vendor is Vendor.YEALINK:
            lines.append(f"{setting.name} = {{{{ v{number} }}}}")
        else:
            lines.append(f"{line.text.partition('>')[0]}>{{{{ v{number} }}}}</{setting.name}>")
    values = [
        {f"v{n}": line.setting.value for n, line in enumerate(lines_of(settings_of(made))) if line.setting}
        for made in sources
    ]
    return Environment(autoescape=vendor is Vendor.SNOM, keep_trailing_newline=True).from_string(
        "\n".join(lines) + "\n"
    ), values


def microseconds(works: Iterable[Callable[[], object]]) -> float:
    """CPU time of such work for each phone: the best of all rounds, as this machine has other things to do."""
    found = []
    for work in works:
        begun = time.process_time()
        work()
        found.append((time.process_time() - begun) / PHONES * 1e6)
    return min(found)


def fleet(sources: Sequence[Source]) -> None:
    """All their files, from the source to the bytes."""
    for made in sources:
        render(settings_of(made))


def new_fleets(vendor: Vendor) -> Iterator[Callable[[], object]]:
    """Phones that were never seen before, each time; their organisation and model were."""
    for turn in range(1, ROUNDS + 1):
        yield partial(fleet, [source(vendor, turn * PHONES + number) for number in range(PHONES)])


def forgetful(sources: Sequence[Source]) -> None:
    """Every file as if it were the first of its process."""
    modules = (custom, snom, text, writer, yealink, yealink_keys)
    kept = [thing for module in modules for thing in vars(module).values() if hasattr(thing, "cache_clear")]
    for made in sources:
        for cache in kept:
            cache.cache_clear()
        render(settings_of(made))


def templates(template: Template, values: Sequence[dict[str, str]]) -> None:
    """The same files with Jinja2, from the values to the bytes."""
    for value in values:
        template.render(value).encode()


def main() -> None:
    """Both vendors."""
    rows = []
    for vendor in Vendor:
        sources = [source(vendor, number) for number in range(PHONES)]
        template, values = template_of(vendor, sources)
        size = statistics.mean(len(render(settings_of(made))) for made in sources)
        assert template.render(values[7]).encode() == render(settings_of(sources[7]))
        works: dict[str, Iterable[Callable[[], object]]] = {
            "new phones": new_fleets(vendor),
            "each as the first of its process": [partial(forgetful, sources)] * 2,
            "Jinja2": [partial(templates, template, values)] * ROUNDS,
        }
        for name, rounds in works.items():
            each = microseconds(rounds)
            rows.append((f"{vendor.label}, {name}", f"{each:,.0f} µs", f"{1e6 / each:,.0f} /s", f"{size:,.0f} B"))
    print_table((f"CPU time, {KEYS} keys", "one file", "one core", "size"), rows)


if __name__ == "__main__":
    main()
