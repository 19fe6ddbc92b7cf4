"""`cqia import_answers FILE --project SLUG --set NAME [--model NAME]`: answers of models."""

from evaluation.management.import_command import ImportCommand
from evaluation.models import Upload


class Command(ImportCommand):
    help = "Bring in models' answers: question_id, model, answer; or in one of the import formats."
    kind = Upload.Kind.ANSWERS
