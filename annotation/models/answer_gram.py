from django.db import models


class AnswerGram(models.Model):
    """One of a model's answers under the hash of a run of five characters in it (annotation.copied).

    Two numbers a row and one index, as of Band. What an answer had before it was masked stays: it leads
    to a comparison, never to a finding.
    """

    pk = models.CompositePrimaryKey("gram", "response")
    gram = models.BigIntegerField()  # stands for the project too
    response = models.BigIntegerField()  # a Response's id

    def __str__(self) -> str:
        return f"{self.gram}: {self.response}"


class AnswersRead(models.Model):
    """How far the answers have been read for their grams: the one row of this table says."""

    upto = models.BigIntegerField(default=0)  # a Response's id

    def __str__(self) -> str:
        return str(self.upto)
