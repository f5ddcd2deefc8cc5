-- Users whose space in a tablespace is limited, in all open containers: for a session in CDB$ROOT.
--   CON_ID: the container
--   TABLESPACE_NAME, USERNAME
--   USED_BYTES, MAX_BYTES
SELECT q.tablespace_name,
       q.con_id,
       q.username,
       q.bytes AS used_bytes,
       q.max_bytes
  FROM cdb_ts_quotas q
 WHERE q.max_bytes > 0
   AND q.dropped = 'NO'
