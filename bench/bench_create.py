"""Creating leads: the whole corridor against what stock Odoo needs for the same outcome.

* *Corridor*: 1,000 unassigned leads in one batch, attributed, classified, given to ten
  reps, promised an answer, and a first call scheduled; against stock Odoo with the
  salesperson given (in turn) and a call scheduled on each by ``activity_schedule``, rep by rep.
* *Plain*: 1,000 leads for the current user by ``create``, everything of the addon on.
* *One*: a single lead, as a form makes it.
"""

import sys
from itertools import cycle

from common import compare, measure, open_registries, prepare_leads, prepare_visits, report, set_up

COUNT = 1000
CALL = "mail.mail_activity_data_call"


def create(env, values):
    return env["crm.lead"].create(values)


def create_and_schedule(env, values):
    """Stock Odoo: the salesperson is known, and is to call."""
    for user, leads in create(env, values).grouped("user_id").items():
        leads.activity_schedule(CALL, user_id=user.id)


def main():
    stock, leadya = open_registries()
    reps = set_up(stock)
    set_up(leadya)

    def owned(count):
        def prepare(env):
            return [{**lead, "user_id": rep} for lead, rep in zip(prepare_leads(env, count), cycle(reps), strict=False)]

        return prepare

    def unowned(count):
        return lambda env: prepare_visits(env, count, user_id=False)

    def plain(env):
        return prepare_leads(env, COUNT)

    # The first run of each side fills Odoo's own caches.
    measure(stock, owned(20), create_and_schedule)
    measure(leadya, unowned(20), create)
    return report(
        [
            compare(
                f"Corridor: {COUNT} leads in a batch",
                (stock, owned(COUNT), create_and_schedule),
                (leadya, unowned(COUNT), create),
                max_ratio=0.6,
                max_queries=10 * COUNT,
            ),
            compare(
                f"Plain create of {COUNT} leads",
                (stock, plain, create),
                (leadya, plain, create),
                max_ratio=1,
            ),
            compare(
                "One lead with a call",
                (stock, owned(1), create_and_schedule),
                (leadya, unowned(1), create),
                rounds=15,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
