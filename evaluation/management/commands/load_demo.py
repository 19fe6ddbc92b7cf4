"""`cqia load_demo`: make the demo project, or with --accounts tell who may sign in to it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from evaluation.demo import accounts, loader


class Command(BaseCommand):
    help = "Make the demo project once; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", action="store_true", help="print the demo accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            self._print_accounts()
        elif loader.load(self.stdout.write):
            self.stdout.write(_("The demo project is there."))
        else:
            self.stdout.write(_("The demo project was there already."))

    def _print_accounts(self) -> None:
        known = accounts.passwords()
        if not known:
            self.stdout.write(_("No demo has been loaded here."))
            return
        self.stdout.write(_("Demo accounts (name, password, role):"))
        for person in accounts.PEOPLE:
            role = _("Site admin") if person.role is None else person.role.label
            self.stdout.write(f"  {person.username:<12}{known.get(person.username, ''):<16}{role}")
