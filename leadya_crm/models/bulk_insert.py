"""Rows written past the ORM, many to a statement, where it would cost more than the rows themselves."""

import json

from odoo.tools import SQL

#: Rows of one statement: their text stays within some megabytes.
CHUNK = 5000


def insert_rows(model, rows):
    """Insert rows of stored fields; nothing is computed, checked or told to anybody.

    The caller answers for rights, for values that the ORM would compute, and for the cache of other records. Who made
    them is for another record to say: looking the user up twice for each row would cost a fifth of the work.

    :param model: an empty recordset of their model
    :param list[dict] rows: values of columns; what a row doesn't name stays empty
    """
    names = sorted(set().union(*rows))
    for start in range(0, len(rows), CHUNK):
        _insert_chunk(model, names, rows[start : start + CHUNK])
    model.invalidate_model()


def _insert_chunk(model, names, rows):
    columns = SQL(", ").join(SQL.identifier(name) for name in names)
    types = SQL(", ").join(
        SQL("%s %s", SQL.identifier(name), SQL(model._fields[name].column_type[0])) for name in names
    )
    model.env.cr.execute(
        SQL(
            """
            INSERT INTO %(table)s (%(columns)s, create_date, write_date)
            SELECT %(columns)s, %(now)s, %(now)s
              FROM json_to_recordset(%(rows)s::json) AS item(%(types)s)
            """,
            table=SQL.identifier(model._table),
            columns=columns,
            types=types,
            rows=json.dumps(rows, default=str),
            now=model.env.cr.now(),
        )
    )
