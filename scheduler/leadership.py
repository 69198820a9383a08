"""One leader among several schedulers: whoever holds a PostgreSQL advisory lock.

The lock belongs to a connection, so a leader that dies or is cut off loses it, and another takes over.
"""

import psycopg2
import structlog

log = structlog.get_logger()

LOCK_KEY = 0x6469616C6572  # "dialer"


class Leadership:
    """`hold()` answers whether this process leads now; call it every couple of seconds."""

    def __init__(self, database_url: str):
        # psycopg2 itself knows no driver names in a URL.
        self._url = "postgresql://" + database_url.partition("://")[2]
        self._connection: psycopg2.extensions.connection | None = None
        self._leads = False

    def hold(self) -> bool:
        """Take or keep the lock. False while another holds it or the database cannot be reached."""
        try:
            connection = self._connection or self._connect()
            with connection.cursor() as cursor:
                if self._leads:
                    cursor.execute("select 1")
                else:
                    cursor.execute("select pg_try_advisory_lock(%s)", (LOCK_KEY,))
                    self._leads = bool((cursor.fetchone() or (False,))[0])
                    if self._leads:
                        log.info("leadership_taken")
        except psycopg2.Error as error:
            if self._leads:
                log.warning("leadership_lost", error=type(error).__name__)
            self.release()
        return self._leads

    def release(self) -> None:
        """Give the lock up by closing its connection."""
        self._leads = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> "psycopg2.extensions.connection":
        # Keepalives notice a dead server within ten seconds: by then another may lead.
        connection = psycopg2.connect(
            self._url,
            connect_timeout=3,
            application_name="dialer-scheduler",
            keepalives_idle=3,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=8000,
            # The server, too, must notice a leader whose machine is gone: it keeps the lock until it does.
            options="-c statement_timeout=3000 -c tcp_keepalives_idle=3 -c tcp_keepalives_interval=2 "
            "-c tcp_keepalives_count=3 -c tcp_user_timeout=8000",
        )
        connection.autocommit = True
        self._connection = connection
        return connection
