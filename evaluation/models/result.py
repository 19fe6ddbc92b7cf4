from django.db import models

from evaluation.models.campaign import Campaign


class Result(models.Model):
    """What the votes of a closed campaign come to, kept so that its pages need not count again.

    Written only by evaluation.standings; it can be reckoned again from the votes at any time.
    """

    campaign = models.OneToOneField(Campaign, models.PROTECT, related_name="result")
    figures = models.JSONField()  # as evaluation.reckoning.reckon gives them
    votes = models.PositiveBigIntegerField()
    code = models.CharField(max_length=40)  # version of the code that reckoned
    seconds = models.FloatField()
    made_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.campaign)
