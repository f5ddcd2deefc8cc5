"""Oracle's own client, thin mode: does what a list of cases says, and tells what came of each.

A case is a JSON object a line: dsn, user, password, and optionally sysdba, ca (a PEM file), timeout (milliseconds of a
call), arraysize, calls: a list of [SQL, binds] on one connection. The answer is a JSON object a line: version,
columns and rows of each call, or error.
"""
import datetime
import json
import ssl
import sys

import oracledb


def plain(value):
    """As the stand-in shows a value."""
    if value is None:
        return "-"
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    return str(value)


def bound(value):
    if isinstance(value, str) and value.startswith("date:"):
        return datetime.datetime.fromisoformat(value[5:])
    return value


def binds(given):
    return {key: bound(value) for key, value in given.items()} if isinstance(given, dict) else [bound(v) for v in given]


def words(error):
    """The client's words, with those of the error that they were made of."""
    return " ".join(" ".join(str(part) for part in (error, error.__cause__, error.__context__) if part).split())


def call(connection, case, sql, given):
    with connection.cursor() as cursor:
        cursor.arraysize = case.get("arraysize", 100)
        cursor.execute(sql, binds(given))
        columns = [[column[0], column[1].name] for column in cursor.description]
        return {"columns": columns, "rows": [[plain(value) for value in row] for row in cursor.fetchall()]}


def run(case):
    more = {"tcp_connect_timeout": 20, "retry_count": 0}
    if "ca" in case:
        # The certificate counts; the client looks for names in it, and the address is none.
        more["ssl_context"] = ssl.create_default_context(cafile=case["ca"])
        more["ssl_server_dn_match"] = False
    if case.get("sysdba"):
        more["mode"] = oracledb.AUTH_MODE_SYSDBA
    answer = {"calls": []}
    connection = oracledb.connect(user=case["user"], password=case["password"], dsn=case["dsn"], **more)
    try:
        connection.call_timeout = case.get("timeout", 20000)
        answer["version"] = connection.version
        for sql, given in case.get("calls", []):
            try:
                answer["calls"].append(call(connection, case, sql, given))
            except oracledb.Error as error:
                answer["calls"].append({"error": words(error)})
        if case.get("usable", True):
            connection.ping()
            connection.commit()
            connection.rollback()
    finally:
        try:
            connection.close()
        except oracledb.Error:
            pass
    return answer


# Numbers arrive as they were sent, whatever their size.
oracledb.defaults.fetch_decimals = True
for line in sys.stdin:
    try:
        answer = run(json.loads(line))
    except oracledb.Error as error:
        answer = {"error": words(error)}
    print(json.dumps(answer), flush=True)
