-- The tables and other objects that are locked, one row for each session and object. In a database with containers:
-- those of the session's own.
--   INST_ID, SID: the session that holds the lock
--   OBJECT_ID, OWNER, OBJECT_NAME, OBJECT_TYPE; all but the first null when the dictionary does not show it
--   HELD_MODE: 1 null, 2 row share, 3 row exclusive, 4 share, 5 share row exclusive, 6 exclusive
--   HELD_SECONDS: since the lock was granted in this mode
SELECT l.inst_id,
       l.sid,
       l.id1 AS object_id,
       o.owner,
       o.object_name,
       o.object_type,
       l.lmode AS held_mode,
       l.ctime AS held_seconds
  FROM gv$lock l
  LEFT JOIN dba_objects o
    ON o.object_id = l.id1
 WHERE l.type = 'TM'
   AND l.lmode > 0
