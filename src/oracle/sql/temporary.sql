-- Temporary tablespaces, one row each. In a database with containers: those of the session's own.
--   TABLESPACE_NAME, CONTENTS (TEMPORARY), STATUS, BIGFILE
--   FILES: of them AUTOEXTENSIBLE_FILES can grow by themselves, UNREADABLE_FILES have no known size
--   SIZE_BYTES: of all files now; MAX_BYTES: what they can grow to, of each the greater of its size and its limit
--   FREE_BYTES: within SIZE_BYTES, never used or to be used again; null when nothing is known
-- A sort segment keeps its extents for the next sort: its free blocks are free, although the file's header calls them
-- used.
SELECT t.tablespace_name,
       t.contents,
       t.status,
       t.bigfile,
       COALESCE(f.files, 0) AS files,
       COALESCE(f.autoextensible_files, 0) AS autoextensible_files,
       COALESCE(f.unreadable_files, 0) AS unreadable_files,
       f.size_bytes,
       f.max_bytes,
       h.free_bytes + COALESCE(g.free_blocks, 0) * t.block_size AS free_bytes
  FROM dba_tablespaces t
  LEFT JOIN (SELECT d.tablespace_name,
                    COUNT(*) AS files,
                    SUM(CASE WHEN d.autoextensible = 'YES' THEN 1 ELSE 0 END) AS autoextensible_files,
                    SUM(CASE WHEN d.bytes IS NULL THEN 1 ELSE 0 END) AS unreadable_files,
                    SUM(d.bytes) AS size_bytes,
                    SUM(CASE WHEN d.autoextensible = 'YES' AND d.maxbytes > d.bytes
                             THEN d.maxbytes
                             ELSE d.bytes END) AS max_bytes
               FROM dba_temp_files d
              GROUP BY d.tablespace_name) f
    ON f.tablespace_name = t.tablespace_name
  LEFT JOIN (SELECT v.tablespace_name, SUM(v.bytes_free) AS free_bytes
               FROM v$temp_space_header v
              GROUP BY v.tablespace_name) h
    ON h.tablespace_name = t.tablespace_name
  LEFT JOIN (SELECT q.tablespace_name, SUM(q.free_blocks) AS free_blocks
               FROM gv$sort_segment q
              GROUP BY q.tablespace_name) g
    ON g.tablespace_name = t.tablespace_name
 WHERE t.contents = 'TEMPORARY'
