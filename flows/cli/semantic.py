"""`newsfold embed` and `newsfold search`: articles by meaning, with the user's embedding model."""

from __future__ import annotations

from db import embeddings, views
from flows.cli.console import note, out, plural, print_json, progress_bar, table
from flows.embed import fill_embeddings
from flows.wiring import Environment, open_environment, read_settings
from pipeline.embedding import SETTING, Embedder
from pipeline.errors import UserError


def embed() -> None:
    """Give vectors to the articles that have none, and say how many."""
    with open_environment(read_settings()) as env:
        embedder = _embedder(env)
        with progress_bar() as progress:
            done = fill_embeddings(env.engine, embedder, lambda so_far, total: progress("embed", so_far, total))
        out.print(f"{plural(done, 'article')} embedded with {embedder.name}", markup=False)


def search(query: str, limit: int, *, json: bool) -> None:
    """Print the articles nearest to a query. Raises UserError for one without words."""
    if not query.strip():
        raise UserError("the query is empty", "say what the articles should be about: newsfold search 'open models'")
    with open_environment(read_settings()) as env, env.engine.begin() as conn:
        embedder = _embedder(env)
        found = embeddings.nearest(conn, embedder.name, embedder.embed_query(query), limit=limit)
        missing = embeddings.count_without(conn, embedder.name)
        articles = views.articles(conn, [one.article_id for one in found])
    rows = [{"cosine": round(one.cosine, 3), **articles[one.article_id]} for one in found]
    if missing:
        note(f"{plural(missing, 'article')} not searched: newsfold embed gives them vectors")
    if json:
        print_json(rows)
        return
    columns = {
        "cosine": "cosine",
        "story_id": "story",
        "language": "lang",
        "published_at": "published",
        "title": "title",
        "url": "url",
    }
    out.print(table(rows, columns))


def _embedder(env: Environment) -> Embedder:
    embedder = env.embedder
    if embedder is None:
        raise UserError(
            "no embedding model",
            f"pip install 'newsfold[embeddings]', and name a model in {SETTING} (docs/embeddings.md)",
        )
    return embedder
