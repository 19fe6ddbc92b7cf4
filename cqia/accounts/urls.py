from django.urls import path

from cqia.accounts import views

urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/new", views.new_token, name="new-token"),
    path("tokens/<int:pk>/revoke", views.revoke_token, name="revoke-token"),
]
