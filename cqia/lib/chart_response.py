"""A plot as the web sends it."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from cqia.lib.charts import WIDTH, Chart, Theme

_NARROW, _NARROW_LABELS = 220, 130  # pixels of the plot and of the labels beside it, for a phone


def respond(request: HttpRequest, chart: Chart, form: str) -> HttpResponse:
    """The plot as svg, png or csv; light or ?theme=dark, an svg also ?narrow=1. 404 for other forms."""
    theme: Theme = "dark" if request.GET.get("theme") == "dark" else "light"
    if form == "svg":
        drawn = narrow(chart) if "narrow" in request.GET else chart
        return HttpResponse(drawn.svg(theme), content_type="image/svg+xml")
    if form == "png":
        return HttpResponse(chart.png(theme), content_type="image/png")
    if form == "csv":
        return HttpResponse(chart.csv(), content_type="text/csv; charset=utf-8")
    raise Http404


def narrow(chart: Chart) -> Chart:
    """The same plot for a phone, where a wide one would be too small to read."""
    layers = [_narrowed(layer) for layer in chart.spec.get("layer", ())]
    spec = chart.spec | {"width": _NARROW} | ({"layer": layers} if layers else {})
    return replace(chart, spec=spec, labels=_NARROW_LABELS)


def _narrowed(layer: dict[str, Any]) -> dict[str, Any]:
    """Words behind a bar have less room."""
    mark = layer.get("mark")
    if not isinstance(mark, dict) or "limit" not in mark:
        return layer
    return layer | {"mark": mark | {"limit": mark["limit"] * _NARROW / WIDTH}}
