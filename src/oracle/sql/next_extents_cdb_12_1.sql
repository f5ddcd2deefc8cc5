-- Tablespaces with segments whose next extent fits nowhere, in all open containers: for a session in CDB$ROOT.
--   CON_ID: the container
--   TABLESPACE_NAME
--   SEGMENTS: so many; NEXT_EXTENT_BYTES: the largest extent that one of them wants
--   ROOM_BYTES: what there is in one piece. Where nothing is known of the files, nothing is said
SELECT s.tablespace_name,
       s.con_id,
       COUNT(*) AS segments,
       MAX(s.next_extent) AS next_extent_bytes,
       MAX(r.room_bytes) AS room_bytes
  FROM cdb_segments s
  JOIN (SELECT p.tablespace_name, p.con_id, MAX(p.room_bytes) AS room_bytes
          FROM (SELECT d.tablespace_name,
                       d.con_id,
                       CASE WHEN d.autoextensible = 'YES' AND d.maxbytes > d.bytes THEN d.maxbytes - d.bytes
                            WHEN d.bytes IS NOT NULL THEN 0 END AS room_bytes
                  FROM cdb_data_files d
                UNION ALL
                SELECT e.tablespace_name, e.con_id, e.bytes AS room_bytes
                  FROM cdb_free_space e) p
         GROUP BY p.tablespace_name, p.con_id) r
    ON r.tablespace_name = s.tablespace_name
   AND r.con_id = s.con_id
 WHERE s.next_extent > r.room_bytes
 GROUP BY s.tablespace_name, s.con_id
