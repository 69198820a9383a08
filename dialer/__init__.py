"""The core of the dialer: rules, storage, adapters and use cases, with no HTTP and no task queue in sight."""

import zoneinfo

# `zoneinfo` prefers the system's files, which may be older than the pinned `tzdata`; an old offset is a call at the
# wrong hour. (Three Canadian provinces stopped changing their clocks in 2026.)
zoneinfo.reset_tzpath(to=())
