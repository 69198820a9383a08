"""The dialer surface's shape of errors: `{"success": false, "error": …}` with a code and, for bad input, the fields."""

from collections.abc import Mapping

from api.dialect import STATUS_BY_CATEGORY
from api.problems import Problem
from api.surfaces.dialer.schemas.base import Failure


class DialerDialect:
    """`/api`: statuses follow the shared table, without exceptions."""

    prefix = "/api"
    failure_schema = Failure

    def failure(self, problem: Problem) -> Mapping[str, object]:
        """Write a problem."""
        body: dict[str, object] = {"success": False, "error": problem.message, "code": problem.code}
        if problem.fields:
            body["fields"] = [{"field": wrong.field, "message": wrong.message} for wrong in problem.fields]
        if problem.details:
            body["details"] = dict(problem.details)
        return body

    def status_for(self, problem: Problem) -> int:
        """The status HTTP insists on, else the category's."""
        return problem.status or STATUS_BY_CATEGORY[problem.category]
