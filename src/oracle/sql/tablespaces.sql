-- Permanent and undo tablespaces, one row each. In a database with containers: those of the session's own.
--   TABLESPACE_NAME; CONTENTS: PERMANENT, UNDO, or another word of a later version
--   STATUS: ONLINE, OFFLINE, READ ONLY; BIGFILE: YES, NO
--   EXTENT_MANAGEMENT: LOCAL, DICTIONARY; NEXT_EXTENT_BYTES: the next extent's size, null where Oracle chooses it
--   FILES: of them AUTOEXTENSIBLE_FILES can grow by themselves, UNREADABLE_FILES have no known size (offline, missing),
--   OFFLINE_FILES are not online
--   SIZE_BYTES: of all files now; MAX_BYTES: what they can grow to, of each the greater of its size and its limit
--   FREE_BYTES: within SIZE_BYTES; LARGEST_FREE_BYTES: in one piece
--   GROWTH_BYTES: the most that a single file can still grow
SELECT t.tablespace_name,
       t.contents,
       t.status,
       t.bigfile,
       t.extent_management,
       t.next_extent AS next_extent_bytes,
       COALESCE(f.files, 0) AS files,
       COALESCE(f.autoextensible_files, 0) AS autoextensible_files,
       COALESCE(f.unreadable_files, 0) AS unreadable_files,
       COALESCE(f.offline_files, 0) AS offline_files,
       f.size_bytes,
       f.max_bytes,
       COALESCE(s.free_bytes, 0) AS free_bytes,
       COALESCE(s.largest_free_bytes, 0) AS largest_free_bytes,
       COALESCE(f.growth_bytes, 0) AS growth_bytes
  FROM dba_tablespaces t
  LEFT JOIN (SELECT d.tablespace_name,
                    COUNT(*) AS files,
                    SUM(CASE WHEN d.autoextensible = 'YES' THEN 1 ELSE 0 END) AS autoextensible_files,
                    SUM(CASE WHEN d.bytes IS NULL THEN 1 ELSE 0 END) AS unreadable_files,
                    SUM(CASE WHEN d.online_status IN ('ONLINE', 'SYSTEM') THEN 0 ELSE 1 END) AS offline_files,
                    SUM(d.bytes) AS size_bytes,
                    SUM(CASE WHEN d.autoextensible = 'YES' AND d.maxbytes > d.bytes
                             THEN d.maxbytes
                             ELSE d.bytes END) AS max_bytes,
                    MAX(CASE WHEN d.autoextensible = 'YES' AND d.maxbytes > d.bytes
                             THEN d.maxbytes - d.bytes
                             ELSE 0 END) AS growth_bytes
               FROM dba_data_files d
              GROUP BY d.tablespace_name) f
    ON f.tablespace_name = t.tablespace_name
  LEFT JOIN (SELECT e.tablespace_name,
                    SUM(e.bytes) AS free_bytes,
                    MAX(e.bytes) AS largest_free_bytes
               FROM dba_free_space e
              GROUP BY e.tablespace_name) s
    ON s.tablespace_name = t.tablespace_name
 WHERE t.contents <> 'TEMPORARY'
