"""Many records quickly: some are made by the ORM, and copied with all that belongs to them.

Through the ORM 100,000 leads would take minutes on either side; a copy in the database
takes seconds, and no reader can tell the difference.
"""

from itertools import cycle

from common import manager, set_up

from odoo.tools import SQL

MADE_BY_ORM = 1000
#: Between the ids of one copy and the next.
STEP = 1_000_000


def make_leads(registry, prepare, count=MADE_BY_ORM):
    """Leads of ten reps, made by the ORM, in an otherwise empty table; on all open stages and over the last months.

    :param prepare: gets an environment and a count, gives values of leads
    """
    reps = set_up(registry)
    with manager(registry, commit=True) as env:
        values = prepare(env, count)
        leads = env["crm.lead"].create(
            [{**lead, "user_id": rep} for lead, rep in zip(values, cycle(reps), strict=False)]
        )
        if "leadya.touch" not in env:
            for user, owned in leads.grouped("user_id").items():
                owned.activity_schedule("mail.mail_activity_data_call", user_id=user.id)
        env.cr.flush()
        spread(env, leads)


def spread(env, leads):
    """Put the leads on the open stages, and their creation into the last months."""
    stages = env["crm.stage"].search([("is_won", "=", False)]).ids
    env.cr.execute(
        SQL(
            """UPDATE crm_lead
                  SET stage_id = (%s::int[])[1 + id %% %s], create_date = create_date - id %% 90 * '1 day'::interval
                WHERE id IN %s""",
            stages,
            len(stages),
            leads._ids,
        )
    )
    # The other leads of the database would be multiplied too.
    env.cr.execute(SQL("DELETE FROM crm_lead WHERE id NOT IN %s", leads._ids))


def multiply(env, table, key, shifted, turns, changed=None):
    """Copy the rows that the ORM made.

    :param str table: of leads, or of records that belong to them
    :param str key: column that holds the lead's id
    :param set shifted: columns that are numbers of their own in each copy
    :param range turns: a copy for each; 0 is the original
    :param dict changed: SQL of the columns that differ in each copy; ``turn`` is its number
    """
    env.cr.execute(SQL("SELECT column_name FROM information_schema.columns WHERE table_name = %s", table))
    names = [name for (name,) in env.cr.fetchall()]
    values = dict(changed or {})
    values |= {name: SQL("%s + turn * %s", SQL.identifier(name), STEP) for name in shifted}
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s, generate_series(%s, %s) AS turn WHERE %s < %s",
            SQL.identifier(table),
            SQL(", ").join(SQL.identifier(name) for name in names),
            SQL(", ").join(values.get(name) or SQL.identifier(name) for name in names),
            SQL.identifier(table),
            turns.start,
            turns.stop - 1,
            SQL.identifier(key),
            STEP,
        )
    )


def vacuum(registry):
    """Leave the tables as the database's own housekeeping would."""
    with registry.cursor() as cr:
        cr.commit()
        cr._cnx.autocommit = True
        cr.execute("VACUUM ANALYZE")
        cr._cnx.autocommit = False
