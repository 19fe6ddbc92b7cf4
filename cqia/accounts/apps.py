from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cqia.accounts"
    label = "accounts"
