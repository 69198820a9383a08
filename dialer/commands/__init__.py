"""The command groups. To add one: a module with `register(commands)`, and its name in GROUPS."""

from dialer.commands import (
    backup,
    carrier,
    check_config,
    create_user,
    db,
    doctor,
    erase_person,
    import_leads,
    may_call,
    numbers,
    replay,
    restore,
    rotate_keys,
    serve,
)

GROUPS = (
    db.register,
    create_user.register,
    carrier.register,
    serve.register,
    doctor.register,
    check_config.register,
    import_leads.register,
    erase_person.register,
    may_call.register,
    numbers.register,
    replay.register,
    rotate_keys.register,
    backup.register,
    restore.register,
)
