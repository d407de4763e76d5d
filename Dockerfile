# One image for workers, migration, deployment and the Prefect server: Python, the pinned requirements, newsfold. No root inside.
FROM python:3.12.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PREFECT_SERVER_ANALYTICS_ENABLED=false
WORKDIR /app

COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt -c requirements.txt

COPY pyproject.toml README.md ./
COPY flows flows
COPY pipeline pipeline
COPY db db
COPY alembic alembic
COPY seeds seeds
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation . \
    && useradd --uid 10001 --user-group --create-home newsfold

USER 10001:10001
WORKDIR /home/newsfold
ENTRYPOINT ["newsfold"]
CMD ["serve"]
