-- Who waits for a lock, and who holds it, on all instances: one row for each pair. For sessions whose BLOCKING_STATUS
-- does not name anybody. V$LOCK is read once; what is joined are the few rows of locks that somebody waits for.
--   WAITING_INSTANCE, WAITING_SESSION; HOLDING_INSTANCE, HOLDING_SESSION
--   CON_ID: the container of the lock
--   LOCK_TYPE: TX (rows of a transaction), TM (a table), UL (of an application), and others
--   ID1, ID2: which lock. Of TM, ID1 is the object
--   HELD_MODE, WANTED_MODE: 1 null, 2 row share, 3 row exclusive, 4 share, 5 share row exclusive, 6 exclusive
--   WAIT_SECONDS, HELD_SECONDS: since it asked, since it was granted
WITH locks AS
 (SELECT l.inst_id,
         l.con_id,
         l.sid,
         l.type,
         l.id1,
         l.id2,
         l.lmode,
         l.request,
         l.ctime
    FROM gv$lock l
   WHERE l.request > 0
      OR l.block > 0)
SELECT w.inst_id AS waiting_instance,
       w.sid AS waiting_session,
       h.inst_id AS holding_instance,
       h.sid AS holding_session,
       w.con_id,
       w.type AS lock_type,
       w.id1,
       w.id2,
       h.lmode AS held_mode,
       w.request AS wanted_mode,
       w.ctime AS wait_seconds,
       h.ctime AS held_seconds
  FROM locks w
  JOIN locks h
    ON h.type = w.type
   AND h.id1 = w.id1
   AND h.id2 = w.id2
   AND h.con_id = w.con_id
 WHERE w.request > 0
   AND h.lmode > 0
   AND h.request = 0
