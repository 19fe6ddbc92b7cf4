from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from review.access import release_for
from review.statistics import counting


@extend_schema(responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def statistics(request: Request, slug: str, number: int) -> Response:
    """Every figure counted of a release, by its name; docs/statistics.md says what is counted."""
    return Response(counting.of(release_for(request, slug, number)))
