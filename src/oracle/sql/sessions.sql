-- The sessions of all instances that matter for locks: those with a transaction, those that wait for another one, and
-- those that are waited for.
--   INST_ID, SID, SERIAL_NUMBER: the session
--   USERNAME (null: a process of the database itself), SESSION_TYPE: USER, BACKGROUND or RECURSIVE
--   OS_USER, MACHINE, PROGRAM, MODULE, CLIENT_PROCESS: of the client; SERVER_PROCESS: of the database host
--   STATUS: ACTIVE (in a call), INACTIVE, KILLED, CACHED, SNIPED; CALL_SECONDS: for so long
--   SQL_ID: the statement that runs, PREV_SQL_ID: the one before
--   EVENT, WAIT_CLASS, WAIT_SECONDS: what it waits for, and for how long; null when it does not wait
--   WAITED_OBJECT_ID: the object whose row, block or lock it waits for; null when there is none
--   LOCK_WAIT: 1 when it waits for a lock, whoever holds it
--   BLOCKING_STATUS: VALID when BLOCKING_INSTANCE and BLOCKING_SESSION name who holds it up; else both are null, and
--   the lock pairs may tell
--   TRANSACTION_START (text, the clock of the database), TRANSACTION_SECONDS: of its transaction; null without one
--   UNDO_RECORDS: what a rollback would have to undo
SELECT s.inst_id,
       s.sid,
       s.serial# AS serial_number,
       s.username,
       s.type AS session_type,
       s.osuser AS os_user,
       s.machine,
       s.program,
       s.module,
       s.process AS client_process,
       p.spid AS server_process,
       s.status,
       s.last_call_et AS call_seconds,
       s.sql_id,
       s.prev_sql_id,
       CASE WHEN s.state = 'WAITING' THEN s.event END AS event,
       CASE WHEN s.state = 'WAITING' THEN s.wait_class END AS wait_class,
       CASE WHEN s.state = 'WAITING' THEN s.seconds_in_wait END AS wait_seconds,
       CASE WHEN s.state = 'WAITING' AND s.row_wait_obj# > 0 THEN s.row_wait_obj# END AS waited_object_id,
       CASE WHEN s.lockwait IS NULL THEN 0 ELSE 1 END AS lock_wait,
       s.blocking_session_status AS blocking_status,
       CASE WHEN s.blocking_session_status = 'VALID' THEN s.blocking_instance END AS blocking_instance,
       CASE WHEN s.blocking_session_status = 'VALID' THEN s.blocking_session END AS blocking_session,
       TO_CHAR(t.start_date, 'YYYY-MM-DD HH24:MI:SS') AS transaction_start,
       ROUND((SYSDATE - t.start_date) * 86400) AS transaction_seconds,
       t.used_urec AS undo_records
  FROM gv$session s
  LEFT JOIN gv$transaction t
    ON t.inst_id = s.inst_id
   AND t.addr = s.taddr
  LEFT JOIN gv$process p
    ON p.inst_id = s.inst_id
   AND p.addr = s.paddr
  LEFT JOIN (SELECT DISTINCT w.blocking_instance, w.blocking_session
               FROM gv$session w
              WHERE w.blocking_session_status = 'VALID') b
    ON b.blocking_instance = s.inst_id
   AND b.blocking_session = s.sid
 WHERE t.addr IS NOT NULL
    OR s.lockwait IS NOT NULL
    OR s.blocking_session_status = 'VALID'
    OR b.blocking_session IS NOT NULL
