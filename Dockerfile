# One image for web, worker and migrations; the command decides which of them a container is.

# The front end is built here; none of its tools reaches the image that runs.
FROM node:24-bookworm-slim AS frontend
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY app/web/frontend app/web/frontend
RUN node app/web/frontend/build.mjs


FROM python:3.11-slim-bookworm AS packages
WORKDIR /src
COPY requirements-uv.lock requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-uv.lock \
    && python -m venv --without-pip /opt/zuke \
    && uv pip sync --no-cache --require-hashes --compile-bytecode \
        --python /opt/zuke/bin/python requirements.lock
COPY app/translations app/translations
RUN /opt/zuke/bin/pybabel compile -d app/translations


FROM python:3.11-slim-bookworm
# A number, so that a cluster can see that it is not root.
RUN useradd --uid 10001 --no-create-home --home-dir /srv/zuke --shell /usr/sbin/nologin zuke \
    && install -d -o zuke -g zuke -m 0700 /var/lib/zuke/files
ENV PATH=/opt/zuke/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FILES_URL=file:///var/lib/zuke/files
WORKDIR /srv/zuke
COPY --from=packages /opt/zuke /opt/zuke
COPY deploy/zuke /usr/local/bin/zuke
COPY wsgi.py ./
COPY config config
COPY tenants tenants
COPY migrations migrations
COPY app app
COPY --from=packages /src/app/translations app/translations
COPY --from=frontend /src/app/web/static/dist app/web/static/dist
# Compiled now, since the account that runs may write nothing here.
RUN python -m compileall -q app config tenants
USER 10001
VOLUME /var/lib/zuke/files
EXPOSE 8000
# Liveness only: a database that is away must not make the orchestrator kill the web.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["gunicorn", "-c", "config/gunicorn.py", "--bind", "0.0.0.0:8000", "wsgi:app"]
