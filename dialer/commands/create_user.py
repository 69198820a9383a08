"""`create-user`: somebody who can log in, without the API."""

import argparse
import getpass
import sys
from uuid import UUID

from dialer.commands.environment import settings
from dialer.commands.failure import CommandError

MIN_PASSWORD = 8


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser("create-user", help="found a tenant with its owner, or add a user to a tenant")
    command.add_argument("--email", required=True)
    command.add_argument("--first-name", default="")
    command.add_argument("--last-name", default="")
    command.add_argument("--tenant", type=UUID, metavar="ID", help="without it, a tenant is founded")
    command.add_argument("--role", choices=("owner", "admin", "supervisor", "agent"), default="agent")
    command.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    command.set_defaults(run=create_user)


def create_user(options: argparse.Namespace) -> int:
    """Create the user and print the ids of user and tenant."""
    from dialer import bootstrap  # here, so that `serve`, which registers this too, idles smaller
    from dialer.domain.errors import DialerError
    from dialer.domain.ids import TenantId, UserId
    from dialer.domain.principals import Principal, Role
    from dialer.usecases import access

    new = access.NewUser(_email(options.email), _password(options), options.first_name, options.last_name)
    services = bootstrap.build_services(settings(), application_name="dialer-cli", pool_size=1)
    try:
        if options.tenant is None:
            login = access.found_tenant(services, new=new)
        else:
            tenant_id = TenantId(options.tenant)
            # Whoever may run commands on this installation stands above every role in it.
            operator = Principal(tenant_id, UserId(UUID(int=0)), Role.OWNER, session_id="")
            login = access.register_user(
                services, actor=operator, tenant_id=tenant_id, new=new, role=Role(options.role)
            )
    except DialerError as error:
        raise CommandError(error.message) from error
    finally:
        services.database.dispose()
    sys.stdout.write(f"user {login.user.id} is {login.user.role} of tenant {login.user.tenant_id}\n")
    return 0


def _email(text: str) -> str:
    name, _, host = text.strip().partition("@")
    if not name or "." not in host or any(character.isspace() for character in text.strip()):
        raise CommandError(f"--email: {text!r} is no e-mail address")
    return text.strip()


def _password(options: argparse.Namespace) -> str:
    password = sys.stdin.readline().rstrip("\n") if options.password_stdin else getpass.getpass("Password: ")
    if not MIN_PASSWORD <= len(password) <= 200:
        raise CommandError(f"the password needs {MIN_PASSWORD} to 200 characters")
    return password
