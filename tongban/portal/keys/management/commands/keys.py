"""`manage.py keys list|rotate|reseal|reindex|accept|retire|destroy`: the keys of the platform."""

import getpass
import socket
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.foundation.errors import DomainError
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor, machine
from tongban.trust.crypto import queries as crypto
from tongban.trust.keys import services


class Command(BaseCommand):
    help = "List, rotate, retire or destroy keys, and reseal old values. Each change is recorded in the ledger."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="list all keys with state and rotation day")
        listing.add_argument("--count", action="store_true", help="count what each key has sealed (reads all tables)")
        rotate = actions.add_parser(
            "rotate", help="make new keys; values sealed under the old ones can still be opened"
        )
        rotate.add_argument("--level", choices=services.LEVELS, default="data")
        rotate.add_argument("--purpose", default="", help="one purpose; default: all")
        rotate.add_argument(
            "--algorithm", default="", choices=["", "sm9", "sm2"], help="algorithm of new department keys"
        )
        reseal = actions.add_parser(
            "reseal", help="seal old values again under the current keys, while the platform runs"
        )
        reseal.add_argument("--purpose", default="")
        reseal.add_argument("--batch", type=int, default=500)
        reindex = actions.add_parser("reindex", help="index old rows again under the current index key now")
        reindex.add_argument("--batch", type=int, default=500)
        accept = actions.add_parser(
            "accept", help="as the database owner, confirm that a key of the environment was changed on purpose"
        )
        accept.add_argument("--key", choices=["secret", "index"], required=True)
        retire = actions.add_parser("retire", help="retire a data key: it seals no new values")
        destroy = actions.add_parser("destroy", help="destroy a key for ever")
        destroy.add_argument(
            "--shred", action="store_true", help="destroy it even if values still need it; they are lost"
        )
        for action in (retire, destroy):
            action.add_argument("key", type=UUID)
        for action in (rotate, reseal, reindex, accept, retire, destroy):
            action.add_argument("--reason", required=True, help="recorded in the ledger")
            action.add_argument(
                "--login", default="", help="login name of the security administrator who acts; default: this shell"
            )

    def handle(self, *args: object, action: str, **options: object) -> None:
        try:
            services.record_new_keys()
            getattr(self, f"_{action}")(**options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _list(self, *, count: bool, **options: object) -> None:
        if count:
            services.count()
            services.count_indexes()
        for rows in crypto.keys_by_level().values():
            for key in crypto.facts_of_all(rows):
                values = "-" if key.values is None else key.values
                due = f"due {key.due}" if key.due else ""
                words = (
                    key.level,
                    key.purpose,
                    key.owner,
                    key.algorithm,
                    key.version,
                    key.state,
                    f"values {values}",
                    due,
                )
                self.stdout.write(f"{key.id}  {'  '.join(word for word in words if word)}")

    def _rotate(self, *, level: str, purpose: str, algorithm: str, reason: str, login: str, **options: object) -> None:
        made = services.rotate(level, purpose=purpose, algorithm=algorithm, reason=reason, actor=self._actor(login))
        for key in crypto.facts_of_all(made):
            self.stdout.write(f"{key.id}  {key.level}  {key.purpose}  {key.version}")

    def _reseal(self, *, purpose: str, batch: int, reason: str, login: str, **options: object) -> None:
        actor = self._actor(login)
        done = services.reseal(purpose, batch=batch, reason=reason, actor=actor, say=self.stdout.write)
        self.stdout.write(f"{done} rows resealed")

    def _reindex(self, *, batch: int, reason: str, login: str, **options: object) -> None:
        done = services.reindex(batch=batch, reason=reason, actor=self._actor(login), say=self.stdout.write)
        self.stdout.write(f"{done} rows indexed again")

    def _accept(self, *, key: str, reason: str, login: str, **options: object) -> None:
        services.accept(key, reason=reason, actor=self._actor(login))
        self.stdout.write(f"{key} accepted: start all processes with it")

    def _retire(self, *, key: UUID, reason: str, login: str, **options: object) -> None:
        services.retire(key, reason=reason, actor=self._actor(login))
        self.stdout.write(f"{key} retired")

    def _destroy(self, *, key: UUID, shred: bool, reason: str, login: str, **options: object) -> None:
        services.destroy(key, reason=reason, actor=self._actor(login), shred=shred)
        self.stdout.write(f"{key} destroyed")

    def _actor(self, login: str) -> Actor:
        if login:
            return identity.actor_of_subject(identity.subject_of_account(login))
        return machine(f"shell.{getpass.getuser()}@{socket.gethostname()}"[:70])
