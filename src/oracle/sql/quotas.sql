-- Users whose space in a tablespace is limited. An unlimited quota (-1), none (0) and those of tablespaces that were
-- dropped are left out.
--   TABLESPACE_NAME, USERNAME
--   USED_BYTES, MAX_BYTES
SELECT q.tablespace_name,
       q.username,
       q.bytes AS used_bytes,
       q.max_bytes
  FROM dba_ts_quotas q
 WHERE q.max_bytes > 0
   AND q.dropped = 'NO'
