"""What happened to rows between two looks at them, and what of it can be taken back. Plain Python.

A row is a dictionary of columns, as JSON has them; rows lie in a dictionary by their id.
JSON makes texts of numbers that are keys: :func:`by_number` makes them numbers again.
"""


def compare(before, after):
    """What became of rows.

    :param dict before: rows by id
    :param dict after: the same rows, looked at later, and new ones
    :return: ``changed`` (id → column → [old, new]), ``added`` (ids) and ``removed`` (id → row)
    :rtype: dict
    """
    changed = {}
    for row_id in before.keys() & after.keys():
        old, new = before[row_id], after[row_id]
        columns = {name: [old[name], new[name]] for name in old if name in new and old[name] != new[name]}
        if columns:
            changed[row_id] = columns
    return {
        "changed": changed,
        "added": sorted(after.keys() - before.keys()),
        "removed": {row_id: before[row_id] for row_id in sorted(before.keys() - after.keys())},
    }


def take_back(changed, current):
    """What of the changes to rows can be taken back, as the rows are now.

    A column that was changed once more keeps the later value.

    :param dict changed: see :func:`compare`
    :param dict current: rows by id, as they are now
    :return: old values to put back (id → column → value), columns that keep a later value
        (id → columns), and ids of rows that are gone
    :rtype: tuple[dict, dict, list]
    """
    to_restore, kept = {}, {}
    for row_id, columns in changed.items():
        row = current.get(row_id)
        if row is None:
            continue
        same = {name: old for name, (old, new) in columns.items() if name in row and row[name] == new}
        later = [name for name, (old, new) in columns.items() if name in row and row[name] not in (old, new)]
        if same:
            to_restore[row_id] = same
        if later:
            kept[row_id] = later
    return to_restore, kept, sorted(changed.keys() - current.keys())


def by_number(mapping):
    """The same mapping with its keys as numbers, as they were before JSON."""
    return {int(key): value for key, value in (mapping or {}).items()}
