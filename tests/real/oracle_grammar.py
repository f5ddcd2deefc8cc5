"""Reads statements, one JSON text a line, and says what an Oracle would not like about each: nothing, or one line.

sqlglot reads other dialects, too. So what it has read is written again, in Oracle's dialect: had it read another one,
the words would not be the same.
"""
import json
import sys

import sqlglot
from sqlglot import exp


def words(sql):
    return sorted(token.text.upper() for token in sqlglot.tokenize(sql, read="oracle"))


def objections(sql):
    statements = sqlglot.parse(sql, read="oracle", error_level=sqlglot.ErrorLevel.RAISE)
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        return "not one query"
    written = statements[0].sql(dialect="oracle", comments=False)
    if words(sql) != words(written):
        return "Oracle's dialect would be: " + " ".join(written.split())
    for select in statements[0].find_all(exp.Select):
        group = select.args.get("group")
        keys = {key.sql() for key in group.expressions} if group else set()
        aggregates = [part for part in select.expressions if part.find(exp.AggFunc)]
        for part in select.expressions:
            if (group or aggregates) and part not in aggregates and part.unalias().sql() not in keys:
                return "not a GROUP BY expression: " + part.sql()
    return ""


for line in sys.stdin:
    try:
        answer = objections(json.loads(line))
    except sqlglot.errors.SqlglotError as error:
        answer = "not understood: " + " ".join(str(error).split())
    print(json.dumps(answer))
