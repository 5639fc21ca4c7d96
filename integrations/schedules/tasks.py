"""What plain beat calls each minute: schedules are data, not entries of beat (design: parts)."""

from integrations.celery_tasks import task
from integrations.schedules import service, telling


@task("integrations.schedules.tasks.start_due")
def start_due() -> None:
    """Start the imports that are due. Harmless at once in several workers."""
    service.start_due()


@task("integrations.schedules.tasks.tell_waiting")
def tell_waiting() -> None:
    """Send the e-mails of runs that are over; a slow mail server holds up nothing else."""
    telling.tell_waiting()
