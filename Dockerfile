# One image for the worker, the migration and the Prefect server: Python, the pinned requirements, newsfold. No root inside.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 PREFECT_SERVER_ANALYTICS_ENABLED=false
WORKDIR /app

COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

COPY pyproject.toml README.md ./
COPY flows flows
COPY pipeline pipeline
COPY db db
COPY alembic alembic
COPY seeds seeds
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation . \
    && useradd --uid 10001 --create-home newsfold

USER newsfold
WORKDIR /home/newsfold
ENTRYPOINT ["newsfold"]
CMD ["serve"]
