"""Signing in with `Authorization: Bearer <key>` or `Token <key>`."""

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from cqia.accounts.models import ApiToken, User, digest_of


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if len(words) != 2 or words[0].lower() not in ("bearer", "token"):
            return None
        token = ApiToken.objects.select_related("user").filter(digest=digest_of(words[1])).first()
        if token is None or not token.user.is_active:
            raise AuthenticationFailed(_("This API token is not valid."))
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
