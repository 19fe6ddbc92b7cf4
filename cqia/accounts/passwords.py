"""Rules for passwords."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import ngettext


class LongEnough(MinimumLengthValidator):
    """Django's rule; its own sentence of 5.2 is in no catalogue but the English one."""

    def get_error_message(self) -> str:
        return ngettext(
            "This password is too short: %(count)s character is the least.",
            "This password is too short: %(count)s characters are the least.",
            self.min_length,
        ) % {"count": self.min_length}
