"""A plot as the web sends it."""

from django.http import Http404, HttpRequest, HttpResponse

from cqia.lib.charts import Chart, Theme


def respond(request: HttpRequest, chart: Chart, form: str) -> HttpResponse:
    """The plot as svg, png or csv, light or with ?theme=dark; 404 for another form."""
    theme: Theme = "dark" if request.GET.get("theme") == "dark" else "light"
    if form == "svg":
        return HttpResponse(chart.svg(theme), content_type="image/svg+xml")
    if form == "png":
        return HttpResponse(chart.png(theme), content_type="image/png")
    if form == "csv":
        return HttpResponse(chart.csv(), content_type="text/csv; charset=utf-8")
    raise Http404
