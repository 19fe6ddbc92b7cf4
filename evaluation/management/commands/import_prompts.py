"""`cqia import_prompts FILE --project SLUG --set NAME`: prompts from JSONL, JSON or CSV."""

from evaluation.management.import_command import ImportCommand
from evaluation.models import Upload


class Command(ImportCommand):
    help = (
        "Bring in prompts from a JSONL, JSON or CSV file: id, category, prompt or turns, reference."
    )
    kind = Upload.Kind.PROMPTS
