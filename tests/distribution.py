"""How tests are spread over pytest's processes: one by one, but those that share a running product stay together."""

from typing import Any

import pytest

_SHARES_ONE_PRODUCT = ("tests/e2e/", "tests/faults/")
_SHARES_ONE_PRODUCT_AND_BROWSER = "tests/console/"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Make xdist's scheduler; only called with `-n`."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        """The largest group is begun first, so that it does not become the tail of the run."""

        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            if file.startswith(_SHARES_ONE_PRODUCT_AND_BROWSER):
                return _SHARES_ONE_PRODUCT_AND_BROWSER
            return file if file.startswith(_SHARES_ONE_PRODUCT) else nodeid

    return Scheduling(config, log)
