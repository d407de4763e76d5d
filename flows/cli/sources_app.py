"""The commands of `newsfold sources`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import Config, Json, given

sources_app = typer.Typer(help="The sources that newsfold follows.", invoke_without_command=True, rich_markup_mode=None)


class Kind(StrEnum):
    """The kinds of source that `newsfold sources add` finds on the web."""

    FEED = "feed"
    WORDPRESS = "wordpress"
    SITEMAP = "sitemap"
    LISTING = "listing"


@sources_app.callback()
def sources_(context: typer.Context, config: Config = None, json: Json = False) -> None:
    """The sources that newsfold follows, with their health."""
    if context.invoked_subcommand is None:
        from flows.cli import sources

        sources.list_(config, json=json)


@sources_app.command()
def add(
    address: Annotated[
        str, typer.Argument(callback=given, help="URL of a site, page, feed or sitemap; a folder; a JSONL file.")
    ],
    slug: Annotated[str | None, typer.Option(help="Short name; else made from the address.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Only a source of this kind.")] = None,
    config: Config = None,
) -> None:
    """Find the feed, WordPress API or sitemap at an address, try it, and write it into the sources file."""
    from flows.cli import sources

    sources.add(address, slug, kind and kind.value, config)


@sources_app.command()
def check(
    slugs: Annotated[list[str] | None, typer.Argument(help="Sources to ask; none: all.")] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Ask sources now and say what they answer; nothing is stored. Exit code 1 where one fails."""
    from flows.cli import sources

    raise typer.Exit(sources.check(tuple(slugs or ()), config, json=json))


@sources_app.command(name="import")
def import_opml(
    file: Annotated[Path, typer.Argument(help="OPML, as feed readers export it.")], config: Config = None
) -> None:
    """Add the feeds of an OPML file to the sources file."""
    from flows.cli import sources

    sources.import_(file, config)


@sources_app.command()
def export(config: Config = None) -> None:
    """Print the feeds as OPML, for feed readers."""
    from flows.cli import sources

    sources.export(config)
