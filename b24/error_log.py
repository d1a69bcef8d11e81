"""What a portal said when it did not do what was asked: for the operator's log, and nobody else."""

from __future__ import annotations

import logging

from b24.errors import PortalError
from b24.redact import redacted_text

log = logging.getLogger(__name__)


def log_words(error: PortalError, portal: str = "") -> None:
    """Write a line with the portal's own words, redacted. `portal` is its member_id, "" where not known.

    The handler of the log adds the number of the request, which the person may have been shown.
    """
    facts = {
        "method": error.method,
        "portal_status": error.status,
        "code": error.code,
        "words": redacted_text(error.description),
    }
    log.info("the portal did not do it", extra=facts | ({"portal": portal} if portal else {}))
