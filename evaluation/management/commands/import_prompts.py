"""`cqia import_prompts FILE --project SLUG --set NAME`: prompts from JSONL."""

from evaluation.management.import_command import ImportCommand
from evaluation.models import Upload


class Command(ImportCommand):
    help = "Bring in prompts from a JSONL file: id, category, prompt, reference."
    kind = Upload.Kind.PROMPTS
