-- The database that is mounted.
--   NAME, DB_UNIQUE_NAME
--   DATABASE_ROLE: PRIMARY, PHYSICAL STANDBY, LOGICAL STANDBY, SNAPSHOT STANDBY, FAR SYNC
--   OPEN_MODE: MOUNTED, READ WRITE, READ ONLY, READ ONLY WITH APPLY
SELECT d.name,
       d.db_unique_name,
       d.database_role,
       d.open_mode
  FROM v$database d
