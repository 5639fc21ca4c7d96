FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
RUN useradd --create-home reconpro && mkdir -p /app/var /app/staticfiles && chown -R reconpro /app/var /app/staticfiles
USER reconpro
# Keys only for collecting files; the running container gets its own from the environment.
RUN SECRET_KEY=only-for-collecting-static-files-while-building-the-image \
    SECRETS_KEYS=b25seS1mb3ItYnVpbGRpbmctdGhlLWltYWdlLTEyMzQ= \
    PRODUCTION=true \
    ALLOWED_HOSTS=build DATABASE_URL=postgres://build@build/build CELERY_BROKER_URL=redis://build \
    python manage.py collectstatic --noinput
EXPOSE 8000
CMD ["gunicorn", "reconpro.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4"]
