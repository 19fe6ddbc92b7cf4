"""What an edit changed, as pages show it."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from cqia.lib import diff

# Where more than this share changed, the difference begins folded (a default of this project).
MOSTLY_NEW = 0.6


@dataclass(frozen=True)
class Difference:
    """Two texts compared; full and half width, and white space between Han, are no difference."""

    html: SafeString
    counts: diff.Summary

    @property
    def changed(self) -> bool:
        return bool(self.counts.inserted or self.counts.deleted or self.counts.moved)

    @property
    def mostly_new(self) -> bool:
        return self.counts.changed_ratio > MOSTLY_NEW

    @property
    def percent(self) -> int:
        """Of both texts; 1 for anything that is more than nothing."""
        return round(100 * self.counts.changed_ratio) or int(self.counts.changed_ratio > 0)


def between(old: str, new: str) -> Difference:
    ops = diff.diff(old, new, fold_width=True)
    return Difference(diff.render_html(ops), diff.summary(ops))
