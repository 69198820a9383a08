"""The dialer surface itself; resource modules declare their routes on it."""

from api.endpoint import Surface
from api.surfaces.dialer.dialect import DialerDialect

surface = Surface("dialer", DialerDialect())
