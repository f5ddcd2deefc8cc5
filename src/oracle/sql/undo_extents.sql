-- What the undo tablespaces hold. Expired extents are free: they are used again before a file grows.
--   TABLESPACE_NAME
--   ACTIVE_BYTES: of transactions that run; UNEXPIRED_BYTES: kept for queries; EXPIRED_BYTES: kept for nobody
SELECT u.tablespace_name,
       SUM(CASE WHEN u.status = 'ACTIVE' THEN u.bytes ELSE 0 END) AS active_bytes,
       SUM(CASE WHEN u.status = 'UNEXPIRED' THEN u.bytes ELSE 0 END) AS unexpired_bytes,
       SUM(CASE WHEN u.status = 'EXPIRED' THEN u.bytes ELSE 0 END) AS expired_bytes
  FROM dba_undo_extents u
 GROUP BY u.tablespace_name
