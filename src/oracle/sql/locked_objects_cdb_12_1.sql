-- The tables and other objects that are locked, in all containers: for a session in CDB$ROOT. One row for each session
-- and object.
--   INST_ID, SID: the session that holds the lock
--   CON_ID, CON_NAME: the container of the object
--   OBJECT_ID, OWNER, OBJECT_NAME, OBJECT_TYPE; all but the first null when the dictionary does not show it
--   HELD_MODE: 1 null, 2 row share, 3 row exclusive, 4 share, 5 share row exclusive, 6 exclusive
--   HELD_SECONDS: since the lock was granted in this mode
SELECT l.inst_id,
       l.sid,
       l.con_id,
       c.name AS con_name,
       l.id1 AS object_id,
       o.owner,
       o.object_name,
       o.object_type,
       l.lmode AS held_mode,
       l.ctime AS held_seconds
  FROM gv$lock l
  LEFT JOIN cdb_objects o
    ON o.con_id = l.con_id
   AND o.object_id = l.id1
  LEFT JOIN v$containers c
    ON c.con_id = l.con_id
 WHERE l.type = 'TM'
   AND l.lmode > 0
