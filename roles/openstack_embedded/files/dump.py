# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the SQL that makes databases again, of MariaDB. Usage: dump.py SOCKET DATABASE...

mariadb-dump would want a package with 50 MB of Perl around it. What services of OpenStack have after their migrations
is tables alone, no views and no triggers.
"""

from __future__ import annotations

import sys

import pymysql


def main() -> None:
    socket, *databases = sys.argv[1:]
    connection = pymysql.connect(unix_socket=socket, user="root", charset="utf8mb4")
    cursor = connection.cursor()
    # The tables refer to each other in all directions.
    print("SET NAMES utf8mb4;\nSET foreign_key_checks = 0;")
    for database in databases:
        connection.select_db(database)
        print(f"USE `{database}`;")
        cursor.execute("SHOW TABLES")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SHOW CREATE TABLE `{table}`")
            print(cursor.fetchone()[1] + ";")
            cursor.execute(f"SELECT * FROM `{table}`")
            for row in cursor.fetchall():
                print(f"INSERT INTO `{table}` VALUES ({', '.join(map(connection.escape, row))});")


main()
