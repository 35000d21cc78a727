"""A customer's time zone, from what is known of the customer. Plain Python.

How it works: zones are compared by the time their clocks show in winter and in summer, not by name. Names are
many (``US/Eastern`` is New York's), and most countries with several zones show one time in all of them (Germany has
Berlin and Büsingen). Where a country's clocks differ, the country alone says nothing.
"""

from datetime import datetime, timedelta, timezone
from functools import lru_cache

from pytz import UnknownTimeZoneError, country_timezones
from pytz import timezone as timezone_of


def get_zone(name):
    """The zone of that name; None where there is no such zone.

    :param name: whatever was stored or imported as a zone's name
    """
    try:
        return timezone_of(name) if name else None
    except UnknownTimeZoneError:
        return None


def get_customer_zone(own, country, year):
    """The name of the zone that a customer's day runs in; None where it is not known.

    Odoo gives a new contact the zone of whoever adds it. One whose clocks are shown nowhere in the customer's country
    is such a zone, and does not count.

    :param str own: the zone that stands on the contact
    :param str country: ISO 3166 code of the customer's country
    :param int year: in which the clocks are compared
    """
    there = country_timezones.get((country or "").upper(), ())
    shown = {_get_clocks(name, year) for name in there}
    if get_zone(own) and (not shown or _get_clocks(own, year) in shown):
        return own
    return there[0] if len(shown) == 1 else None


@lru_cache(maxsize=1024)
def _get_clocks(name, year):
    """How far a zone's clocks are from UTC in January and in July."""
    zone = get_zone(name)
    return tuple(
        datetime(year, month, 1, tzinfo=timezone.utc).astimezone(zone).utcoffset() // timedelta(minutes=1)
        for month in (1, 7)
    )
