"""Run SQL statements: a JSON request on standard input, the rows of the last statement as JSON on standard output."""

import json
import sys

import psycopg2


def main() -> int:
    """Connect as libpq's environment variables say; each statement is its own transaction."""
    request = json.load(sys.stdin)
    rows = []
    try:
        connection = psycopg2.connect(dbname=request["database"], connect_timeout=10)
        connection.autocommit = True
        with connection.cursor() as cursor:
            for text, parameters in request["statements"]:
                cursor.execute(text, parameters or None)
                rows = cursor.fetchall() if cursor.description else []
    except psycopg2.Error as error:
        sys.stderr.write(" ".join(str(error).split()) or repr(error))
        return 1
    json.dump(rows, sys.stdout, default=str)
    return 0


if __name__ == "__main__":
    sys.exit(main())
