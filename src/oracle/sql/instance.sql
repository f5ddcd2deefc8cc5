-- The instance that answers. Works in every state from NOMOUNT on.
--   INSTANCE_NAME, HOST_NAME, VERSION (as 19.0.0.0.0)
--   STATUS: STARTED, MOUNTED, OPEN or OPEN MIGRATE
--   PARALLEL: YES on RAC
--   LOGINS: ALLOWED or RESTRICTED
--   UP_SECONDS: since it was started
SELECT i.instance_name,
       i.host_name,
       i.version,
       i.status,
       i.parallel,
       i.logins,
       ROUND((SYSDATE - i.startup_time) * 86400) AS up_seconds
  FROM v$instance i
