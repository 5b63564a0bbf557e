"""Run the suite on every adapter whose toolchain is there, and write the results: `make matrix`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click
from threadwire_conformance.suite import Suite, load_suite

from .adapters import Adapter, load_adapters
from .bench import Bench, Tried, try_adapter
from .page import page
from .record import Record, read_records, text_of
from .words import readme_block, results_page, with_block

HOUSE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Places:
    """Where things lie in a checkout."""

    house: Path = HOUSE

    @property
    def adapters(self) -> Path:
        """The folder with a folder an adapter."""
        return self.house / "conformance" / "adapters"

    @property
    def results(self) -> Path:
        """The folder of the results and their pages."""
        return self.house / "conformance" / "results"

    @property
    def logs(self) -> Path:
        """The folder of the logs; git does not know it."""
        return self.house / ".threadwire" / "matrix"

    @property
    def readme(self) -> Path:
        """The README that has the short table."""
        return self.house / "README.md"


def pages(
    places: Places, records: list[Record], adapters: list[Adapter], suite: Suite
) -> dict[Path, str]:
    """The pages that are made of results: path to text."""
    made = {
        places.results / "README.md": results_page(records, adapters, suite),
        places.results / "index.html": page(records, adapters, suite),
    }
    if places.readme.is_file():
        text = places.readme.read_text(encoding="utf-8")
        changed = with_block(text, readme_block(records, suite))
        if changed is not None:
            made[places.readme] = changed
    return made


def write_pages(places: Places, suite: Suite) -> None:
    """Write the pages anew, of the results that are there."""
    adapters, _ = load_adapters(places.adapters)
    for path, text in pages(places, read_records(places.results), adapters, suite).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


@click.command(epilog="Exit codes: 0 in order, 1 an adapter could not be built, read or run.")
@click.argument("names", nargs=-1, metavar="[ADAPTER]...")
@click.option("--pages", "only_pages", is_flag=True, help="Run nothing; write the pages anew.")
@click.option("--as-built", is_flag=True, help="Build nothing; run what is there.")
@click.option(
    "--house", type=click.Path(exists=True, file_okay=False, path_type=Path), default=HOUSE
)
@click.option("--suite", "folder", type=click.Path(exists=True, path_type=Path), metavar="DIR")
def main(
    names: tuple[str, ...], only_pages: bool, as_built: bool, house: Path, folder: Path | None
) -> None:
    """Build the adapters, run the suite on each, and write conformance/results/.

    An adapter whose toolchain is not there is left out, and its results of before stay.
    """
    places = Places(house.resolve())
    suite = load_suite(folder)
    failed = False
    if not only_pages:
        adapters, wrong = load_adapters(places.adapters)
        strangers = sorted(set(names) - {adapter.name for adapter in adapters})
        if strangers:
            raise click.UsageError(f"there is no adapter {', '.join(strangers)}")
        for text in wrong:
            click.echo(f"{text}", err=True)
        chosen = [adapter for adapter in adapters if not names or adapter.name in names]
        bench = Bench(places.logs, folder, as_built=as_built)
        failed = bool(wrong) | _run(chosen, bench, places)
    write_pages(places, suite)
    sys.exit(1 if failed else 0)


def _run(adapters: Iterable[Adapter], bench: Bench, places: Places) -> bool:
    failed = False
    places.results.mkdir(parents=True, exist_ok=True)
    for adapter in adapters:
        tried = try_adapter(adapter, bench)
        failed |= bool(tried.wrong)
        for line in _told(tried):
            click.echo(line)
        if tried.found is not None:
            file = places.results / f"{adapter.name}.json"
            file.write_text(text_of(tried.found), encoding="utf-8", newline="\n")
    return failed


def _told(tried: Tried) -> Iterable[str]:
    name = f"{tried.adapter.name:<22} "
    found = tried.found
    if found is not None:
        verdicts = ("pass", "tolerated", "fail", "warn", "broken", "observed", "not-applicable")
        said = [f"{found.count(v)} {v}" for v in verdicts if found.count(v)]
        yield f"{name}{found.version} ({found.language}): {', '.join(said)}"
    if tried.left_out:
        yield f"{name}left out: {tried.left_out}"
    for text in tried.wrong:
        yield f"{name}wrong: {text}"


if __name__ == "__main__":
    main()
