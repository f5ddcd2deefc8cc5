-- The database that is mounted, and the container that the session is in.
--   NAME, DB_UNIQUE_NAME
--   DATABASE_ROLE: PRIMARY, PHYSICAL STANDBY, LOGICAL STANDBY, SNAPSHOT STANDBY, FAR SYNC
--   OPEN_MODE: MOUNTED, READ WRITE, READ ONLY, READ ONLY WITH APPLY
--   CDB: YES where it has containers
--   CON_ID, CON_NAME: of the session. 0: no containers; 1: CDB$ROOT, which sees all; 3 on: a pluggable database
SELECT d.name,
       d.db_unique_name,
       d.database_role,
       d.open_mode,
       d.cdb,
       TO_NUMBER(SYS_CONTEXT('USERENV', 'CON_ID')) AS con_id,
       SYS_CONTEXT('USERENV', 'CON_NAME') AS con_name
  FROM v$database d
