# One image for the web server, the workers and the clock; docker-compose.yml says which runs what.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    CQIA_HOME=/var/lib/cqia

WORKDIR /app

# The packages come first: a change of the code leaves this layer as it is.
COPY requirements-build.lock requirements.lock ./
RUN pip install --require-hashes -r requirements-build.lock \
 && pip install --require-hashes --no-build-isolation --use-pep517 -r requirements.lock

COPY manage.py pyproject.toml README.md LICENSE ./
COPY cqia cqia
COPY annotation annotation
COPY review review
COPY evaluation evaluation
COPY templates templates
COPY static static
COPY locale locale

# Style sheets and translations are part of the image. Django wants addresses and a key to load its
# settings, and connects to nothing here.
RUN pip install --no-deps --no-build-isolation --editable . \
 && useradd --system --create-home --home-dir /var/lib/cqia cqia \
 && mkdir /var/lib/cqia/files \
 && python -m cqia.lib.messages compile \
 && CQIA_SECRET_KEY=build CQIA_DATABASE_URL=postgresql://none/none CQIA_REDIS_URL=redis://none/0 \
    python manage.py collectstatic --noinput --verbosity 0 \
 && chown -R cqia: /var/lib/cqia

USER cqia
EXPOSE 8000
CMD ["gunicorn", "-c", "python:cqia.web", "-b", "0.0.0.0:8000", "--access-logfile", "-", "cqia.wsgi"]
