# syntax=docker/dockerfile:1
# Stage 1 builds the wheel and the environment; stage 2 has neither compiler nor build tools nor a second copy of the source.
FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
RUN python -m venv /opt/monitor
COPY requirements.lock ./
RUN /opt/monitor/bin/pip install -q --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE CHANGELOG.md monitor.example.yaml ./
COPY monitor monitor
COPY watchlists watchlists
COPY templates templates
COPY seeds seeds
# the wheel is what ships, so that what is tested is what runs
RUN /opt/monitor/bin/pip wheel -q --no-deps --no-build-isolation -w /dist . \
 && /opt/monitor/bin/pip install -q --no-deps /dist/*.whl \
 && /opt/monitor/bin/pip uninstall -q -y hatchling editables pip \
 && python -m compileall -q /opt/monitor/lib

FROM python:3.13-slim
LABEL org.opencontainers.image.title="monitor" org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/monitor /opt/monitor
RUN mkdir /data && chown 65532:65532 /data
ENV PATH=/opt/monitor/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MONITOR_DATA=/data
WORKDIR /data
VOLUME /data
USER 65532:65532
STOPSIGNAL SIGTERM
# two minutes: on a busy host even a small probe waits for its turn, and a monitor that is only slow must not be killed
HEALTHCHECK --interval=60s --timeout=120s --start-period=120s --retries=3 CMD ["monitor", "health"]
ENTRYPOINT ["monitor"]
CMD ["run"]
