"""The console: pages in the browser for agents, admins and supervisors. They talk only to `/api` and Socket.IO.

`page` is the one HTML page, `assets` serves its files as they were written, `packages` fetches what they are made of.
"""

from api.console.page import build_console_blueprint

__all__ = ["build_console_blueprint"]
