-- Temporary tablespaces of all open containers, one row each: for a session in CDB$ROOT.
--   CON_ID, CON_NAME: the container
--   TABLESPACE_NAME, CONTENTS (TEMPORARY), STATUS, BIGFILE
--   FILES: of them AUTOEXTENSIBLE_FILES can grow by themselves, UNREADABLE_FILES have no known size
--   SIZE_BYTES: of all files now; MAX_BYTES: what they can grow to, of each the greater of its size and its limit
--   FREE_BYTES: within SIZE_BYTES, never used or to be used again; null when nothing is known
SELECT t.tablespace_name,
       t.con_id,
       c.name AS con_name,
       t.contents,
       t.status,
       t.bigfile,
       COALESCE(f.files, 0) AS files,
       COALESCE(f.autoextensible_files, 0) AS autoextensible_files,
       COALESCE(f.unreadable_files, 0) AS unreadable_files,
       f.size_bytes,
       f.max_bytes,
       s.free_bytes
  FROM cdb_tablespaces t
  LEFT JOIN (SELECT d.tablespace_name,
                    d.con_id,
                    COUNT(*) AS files,
                    SUM(CASE WHEN d.autoextensible = 'YES' THEN 1 ELSE 0 END) AS autoextensible_files,
                    SUM(CASE WHEN d.bytes IS NULL THEN 1 ELSE 0 END) AS unreadable_files,
                    SUM(d.bytes) AS size_bytes,
                    SUM(CASE WHEN d.autoextensible = 'YES' AND d.maxbytes > d.bytes
                             THEN d.maxbytes
                             ELSE d.bytes END) AS max_bytes
               FROM cdb_temp_files d
              GROUP BY d.tablespace_name, d.con_id) f
    ON f.tablespace_name = t.tablespace_name
   AND f.con_id = t.con_id
  LEFT JOIN (SELECT e.tablespace_name, e.con_id, SUM(e.free_space) AS free_bytes
               FROM cdb_temp_free_space e
              GROUP BY e.tablespace_name, e.con_id) s
    ON s.tablespace_name = t.tablespace_name
   AND s.con_id = t.con_id
  LEFT JOIN v$containers c
    ON c.con_id = t.con_id
 WHERE t.contents = 'TEMPORARY'
