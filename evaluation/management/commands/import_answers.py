"""`cqia import_answers FILE --project SLUG --set NAME`: answers of models from JSONL."""

from evaluation.management.import_command import ImportCommand
from evaluation.models import Upload


class Command(ImportCommand):
    help = "Bring in models' answers from a JSONL file: question_id, model, answer."
    kind = Upload.Kind.ANSWERS
