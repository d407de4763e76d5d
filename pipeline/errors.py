"""Every error that newsfold raises on purpose.

    NewsfoldError
    ├── UserError          the user can mend it: one line, exit code 2
    ├── FeedError          the source answered, but not with a feed
    ├── BlockedAddressError  a host that we must not connect to; ends as a FetchFailure
    └── RemoteFileError    a file that cannot be read, or not on from here

What happens to a single page is no error but a value: see `FetchFailure` and `NotAnArticle` in `pipeline.models.pages`.
"""

from __future__ import annotations


class NewsfoldError(Exception):
    """Base of all errors raised on purpose."""


class UserError(NewsfoldError):
    """A mistake that the user can mend: `problem` says what is wrong and where, `remedy` what to do."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem}; {self.remedy}" if self.remedy else self.problem


class FeedError(NewsfoldError):
    """A body that is not a feed; `reason` is a short word for the row, `detail` a line for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


class BlockedAddressError(NewsfoldError):
    """A host that has no address that we may connect to; `kind` is that of the first one (`a loopback`)."""

    def __init__(self, host: str, address: str, kind: str) -> None:
        super().__init__(host, address, kind)
        self.host = host
        self.address = address
        self.kind = kind

    def __str__(self) -> str:
        where = self.address if self.host == self.address else f"{self.host} is at {self.address}, which"
        return f"{where} is {self.kind} address; NEWSFOLD_ALLOW_NETWORKS={self.address} would allow it"


class RemoteFileError(NewsfoldError):
    """A file that cannot be read: what is wrong with it; a later try may go on."""
