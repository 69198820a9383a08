"""The command groups. To add one: a module with `register(commands)`, and its name in GROUPS."""

from dialer.commands import carrier, check_config, create_user, db, doctor, import_leads, replay, serve

GROUPS = (
    db.register,
    create_user.register,
    carrier.register,
    serve.register,
    doctor.register,
    check_config.register,
    import_leads.register,
    replay.register,
)
