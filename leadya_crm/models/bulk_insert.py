"""Rows written past the ORM, many to a statement, where it would cost more than the rows themselves."""

from odoo.tools import SQL

#: Rows of one statement: their text stays within some megabytes.
CHUNK = 20_000


def literal(value):
    """A value as an element of a PostgreSQL array: text, number, date or nothing."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)


def insert_rows(model, rows):
    """Insert rows, as :func:`insert_literals` does.

    :param list[dict] rows: values of columns; what a row doesn't name stays empty
    """
    if rows:
        names = sorted(set().union(*rows))
        insert_literals(model, names, [tuple(literal(row.get(name)) for name in names) for row in rows], {})


def insert_literals(model, names, rows, common):
    """Insert rows of stored fields; nothing is computed, checked or told to anybody.

    The caller answers for rights, for values that the ORM would compute, and for the cache of other records. Who made
    them is for another record to say: looking the user up twice for each row would cost a fifth of the work.

    :param model: an empty recordset of their model
    :param names: the columns that differ from row to row
    :param list rows: for each row its values in this order, as `literal` gives them
    :param dict common: values of the columns that are the same in all rows
    """
    for start in range(0, len(rows), CHUNK):
        _insert_chunk(model, names, rows[start : start + CHUNK], common)
    model.invalidate_model()


def _insert_chunk(model, names, rows, common):
    # One array a column: a tenth of the text, and of the parsing, that rows with named values would need.
    arrays = [
        SQL("%s::%s", f"{{{','.join(column)}}}", SQL(f"{_type(model, name)}[]"))
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    ]
    constants = [SQL("%s::%s", value, SQL(_type(model, name))) for name, value in common.items()]
    item = [SQL.identifier("item", name) for name in names]
    model.env.cr.execute(
        SQL(
            "INSERT INTO %s (%s, create_date, write_date) SELECT %s, %s, %s FROM unnest(%s) AS item(%s)",
            SQL.identifier(model._table),
            SQL(", ").join(SQL.identifier(name) for name in (*common, *names)),
            SQL(", ").join([*constants, *item]),
            model.env.cr.now(),
            model.env.cr.now(),
            SQL(", ").join(arrays),
            SQL(", ").join(SQL.identifier(name) for name in names),
        )
    )


def _type(model, name):
    return model._fields[name].column_type[0]
