"""Whose lead is it already: a batch of persons against 10,000 and 300,000 stored leads.

* *Stock*: Odoo's own computation (``_compute_potential_lead_duplicates``: same domain, same
  customer, same phone), as its form and its merge ask for it, lead by lead.
* *Ours*: ``_leadya_find_duplicates``, the control that every door runs before it makes leads.

Half of the persons are known, half are new. Both sides answer another question (stock's takes whole
domains for one customer, ours one person), so what is compared is the price of asking at all.
"""

import sys

from bulk import MADE_BY_ORM, make_leads, multiply, vacuum
from common import Cost, compare, manager, measure, open_registries, prepare_leads, report

from odoo.tools import SQL

SIZES = (10_000, 300_000)
BATCH = 1000
#: What stock computes one by one is timed on a part of the batch.
STOCK_BATCH = 200
MIN_RATIO = 20
MAX_GROWTH = 1.3
MAX_QUERIES = 4

#: Each copy is another person of another company.
PERSONS = {
    "email_from": SQL("'customer' || id || 'x' || turn || '@company' || id / 2 || 'x' || turn || '.example'"),
    "email_normalized": SQL("'customer' || id || 'x' || turn || '@company' || id / 2 || 'x' || turn || '.example'"),
    "email_domain_criterion": SQL("'@company' || id / 2 || 'x' || turn || '.example'"),
    "phone_sanitized": SQL("'+9725' || lpad((turn * 100000 + id %% 100000)::text, 10, '0')"),
}


def grow(registry, turns):
    with manager(registry, commit=True) as env:
        multiply(env, "crm_lead", "id", {"id"}, turns, PERSONS)
    vacuum(registry)


def prepare_persons(env, count):
    """Half of them stand in the table, from all over it; the other half is new."""
    env.cr.execute(
        SQL(
            """SELECT email_from, email_normalized, phone_sanitized, email_domain_criterion
                 FROM crm_lead WHERE id %% (SELECT count(*) / %s FROM crm_lead) = 0 ORDER BY id LIMIT %s""",
            count,
            count // 2,
        )
    )
    known = env.cr.fetchall()
    names = ("email_from", "email_normalized", "phone_sanitized", "email_domain_criterion")
    return [dict(zip(names, person, strict=True)) for person in known] + [
        {
            "email_from": f"new{number}@other{number}.example",
            "email_normalized": f"new{number}@other{number}.example",
            "phone_sanitized": f"+97249{number:07d}",
            "email_domain_criterion": f"@other{number}.example",
        }
        for number in range(count - len(known))
    ]


def prepare_stock(env):
    """Leads that were just made of the persons, as stock's computation wants them."""
    persons = prepare_persons(env, STOCK_BATCH)
    leads = env["crm.lead"].create(
        [{"name": person["email_from"], "email_from": person["email_from"]} for person in persons]
    )
    for lead, person in zip(leads, persons, strict=True):
        lead.phone_sanitized = person["phone_sanitized"]
    return leads


def ask_stock(env, leads):
    for lead in leads.with_env(env):
        lead._compute_potential_lead_duplicates()


def prepare_ours(env):
    return [{**person, "company_id": env.company.id} for person in prepare_persons(env, BATCH)]


def ask_ours(env, keys):
    return env["crm.lead"]._leadya_find_duplicates(keys)


def check_answers(registry):
    """Speed alone proves nothing: exactly the known half is found."""
    with manager(registry) as env:
        keys = prepare_ours(env)
        wrong = [
            key
            for number, (key, lead) in enumerate(zip(keys, ask_ours(env, keys), strict=True))
            if (lead.email_normalized or "") != (key["email_normalized"] if number < BATCH // 2 else "")
        ]
    if wrong:
        sys.exit(f"{len(wrong)} of {BATCH} answers are wrong, such as for {wrong[0]}")


def compare_at(size, stock, leadya):
    """Both sides per 1,000 leads."""
    for side in (stock, prepare_stock, ask_stock), (leadya, prepare_ours, ask_ours):
        measure(*side)
    row = compare(
        f"{BATCH} persons against {size} leads",
        (stock, prepare_stock, ask_stock),
        (leadya, prepare_ours, ask_ours),
        rounds=5,
        max_ratio=1 / MIN_RATIO,
        max_queries=MAX_QUERIES,
    )
    factor = BATCH / STOCK_BATCH
    row.stock = Cost(row.stock.seconds * factor, row.stock.queries * factor)
    return row


def main():
    stock, leadya = open_registries()
    rows, stored = [], 1
    for registry in (stock, leadya):
        make_leads(registry, prepare_leads)
    for size in SIZES:
        for registry in (stock, leadya):
            grow(registry, range(stored, size // MADE_BY_ORM))
        stored = size // MADE_BY_ORM
        check_answers(leadya)
        rows.append(compare_at(size, stock, leadya))
    code = report(rows)
    for row in rows:
        print(
            f"{row.work}: stock {BATCH / row.stock.seconds:.0f} a second, ours {BATCH / row.ours.seconds:.0f},"
            f" {row.stock.seconds / row.ours.seconds:.0f} times as many"
        )
    growth = rows[-1].ours.seconds / rows[0].ours.seconds
    print(f"From {SIZES[0]} to {SIZES[-1]} leads ours takes {growth:.2f} times as long (at most {MAX_GROWTH})")
    return code or int(growth > MAX_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
