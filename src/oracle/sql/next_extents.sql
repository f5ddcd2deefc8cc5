-- Tablespaces with segments whose next extent fits nowhere: neither into the largest free piece nor into what a file
-- can still grow. DBA_SEGMENTS is read as a whole, which takes long in a large database: to be asked rarely.
--   TABLESPACE_NAME
--   SEGMENTS: so many; NEXT_EXTENT_BYTES: the largest extent that one of them wants
--   ROOM_BYTES: what there is in one piece. Where nothing is known of the files, nothing is said
SELECT s.tablespace_name,
       COUNT(*) AS segments,
       MAX(s.next_extent) AS next_extent_bytes,
       MAX(r.room_bytes) AS room_bytes
  FROM dba_segments s
  JOIN (SELECT p.tablespace_name, MAX(p.room_bytes) AS room_bytes
          FROM (SELECT d.tablespace_name,
                       CASE WHEN d.autoextensible = 'YES' AND d.maxbytes > d.bytes THEN d.maxbytes - d.bytes
                            WHEN d.bytes IS NOT NULL THEN 0 END AS room_bytes
                  FROM dba_data_files d
                UNION ALL
                SELECT e.tablespace_name, e.bytes AS room_bytes
                  FROM dba_free_space e) p
         GROUP BY p.tablespace_name) r
    ON r.tablespace_name = s.tablespace_name
 WHERE s.next_extent > r.room_bytes
 GROUP BY s.tablespace_name
