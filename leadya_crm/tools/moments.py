"""Between the naive UTC datetimes that Odoo stores and the aware ones that calendars want."""

from datetime import datetime, timezone


def utc(moment):
    """A stored datetime, made aware."""
    return moment.replace(tzinfo=timezone.utc)


def naive(timestamp):
    """A POSIX timestamp as a stored datetime, to the second."""
    return datetime.fromtimestamp(timestamp, timezone.utc).replace(tzinfo=None, microsecond=0)
