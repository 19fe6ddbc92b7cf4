from allauth.account import views as allauth
from django.urls import path

from cqia.accounts import views

urlpatterns = [
    # Of allauth's pages those that need no mail: an account is made by a lead and has no address.
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/signup/", allauth.signup, name="account_signup"),  # says that it is closed
    path("accounts/password/", allauth.password_change, name="account_change_password"),
    # Who signs in elsewhere has none yet; allauth leads from the one to the other.
    path("accounts/password/set/", allauth.password_set, name="account_set_password"),
    # one's own keys
    path("account/keys/", views.keys, name="keys"),
    path("account/keys/reset", views.reset_keys, name="reset-keys"),
    # one's API tokens
    path("me/tokens/", views.tokens, name="tokens"),
    path("me/tokens/new", views.new_token, name="new-token"),
    path("me/tokens/<int:pk>/revoke", views.revoke_token, name="revoke-token"),
]
