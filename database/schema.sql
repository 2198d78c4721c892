-- NeonPro Backup: the control plane's schema. Runs unchanged on PostgreSQL 15-18, Supabase and the embedded database.
-- Truth lives in the repository: everything here can be made again from it (`neonpro-backup system rebuild`).
-- Times are timestamptz, sizes bigint bytes; states are text, so that a new word needs no migration.
-- Run it as the role that the system will connect as: that role owns everything and is the system. It need not, and should not, be a superuser. In psql:
--   psql --single-transaction --set ON_ERROR_STOP=1 --file schema.sql "$DATABASE_URL"
-- Nothing here refers to the schemas `auth` or `public`: who somebody is stands in `request.jwt.claims`, what he may do in `memberships`.

-- People are the roles that Supabase has. Where they are missing they are made, if this role may.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['anon', 'authenticated', 'service_role'] loop
    if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
      execute format('create role %I nologin', wanted);
    end if;
  end loop;
  -- The system acts for a person by SET LOCAL ROLE; PostgreSQL 16 grants that apart from being a member.
  if not pg_catalog.pg_has_role('authenticated', 'MEMBER') or current_setting('server_version_num')::integer >= 160000 and not pg_catalog.pg_has_role('authenticated', 'SET') then
    execute format('grant authenticated to %I', current_user);
  end if;
exception when insufficient_privilege then
  raise exception 'The role % may neither make the roles anon, authenticated and service_role nor act as authenticated.', current_user
    using errcode = 'insufficient_privilege',
      hint = format('As an administrator: create role anon nologin; create role authenticated nologin; create role service_role nologin; grant authenticated to %I;', current_user);
end
$$;

create schema neonpro_backup;

create table neonpro_backup.schema_version (
  version integer primary key,
  name text not null,
  applied_at timestamptz not null default now()
);

create table neonpro_backup.tenants (
  id uuid primary key,
  name text not null unique,
  created_at timestamptz not null default now()
);

-- What each role may do; the same in every tenant.
create table neonpro_backup.roles (
  name text primary key
);
create table neonpro_backup.role_rights (
  role text not null references neonpro_backup.roles,
  verb text not null,
  primary key (role, verb)
);

-- Who may do what in a tenant: rows, not cluster roles.
create table neonpro_backup.memberships (
  tenant_id uuid not null references neonpro_backup.tenants,
  user_id text not null,
  role text not null references neonpro_backup.roles,
  created_at timestamptz not null default now(),
  primary key (tenant_id, user_id, role)
);
create index memberships_of_user on neonpro_backup.memberships (user_id, tenant_id);

-- Facts of the control plane itself, by name.
create table neonpro_backup.settings (
  tenant_id uuid not null references neonpro_backup.tenants,
  name text not null,
  value jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, name)
);

-- The key that seals source URLs and channel secrets, wrapped by the user's own key; a new generation at each rotation.
create table neonpro_backup.control_keys (
  tenant_id uuid not null references neonpro_backup.tenants,
  generation integer not null,
  wrapped bytea not null,
  kek_fingerprint text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, generation)
);

create table neonpro_backup.repositories (
  id uuid primary key,
  tenant_id uuid not null references neonpro_backup.tenants,
  location text not null,
  -- 32 hexadecimal digits; null until the repository has been made.
  repository_id text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz,
  -- As commands call it; null: not registered under this place (one that was lost, or another way to the same).
  name text,
  -- `file:<absolute path>` of the key that opens it; null: the keys that the system is given. Never a key.
  key_reference text,
  -- `FIRST` is or was the system's first, which has its records and its audit log; `FURTHER` was added to it.
  role text not null default 'FIRST',
  -- The system has forgotten it; what is stored there stays.
  removed_at timestamptz,
  unique (tenant_id, location),
  unique (tenant_id, id)
);
create unique index repositories_name on neonpro_backup.repositories (tenant_id, name) where removed_at is null;

create table neonpro_backup.configs (
  id uuid primary key,
  tenant_id uuid not null references neonpro_backup.tenants,
  name text not null,
  kind text not null,
  settings jsonb not null,
  -- A database URL or the like, sealed under the control key.
  source_sealed bytea,
  enabled boolean not null default true,
  generation integer not null default 1,
  -- The newest generation that stands in the repository as a signed record.
  recorded_generation integer not null default 0,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  removed_at timestamptz,
  -- That its runs write to; null: the system's first.
  repository_id uuid,
  -- So that what refers to a configuration can only be of its tenant.
  unique (tenant_id, id),
  foreign key (tenant_id, repository_id) references neonpro_backup.repositories (tenant_id, id)
);
create unique index configs_name on neonpro_backup.configs (tenant_id, name) where removed_at is null;
create index configs_unrecorded on neonpro_backup.configs (tenant_id) where recorded_generation < generation;

-- Every moment at which a run is due: ours, not the queue's.
create table neonpro_backup.due_times (
  config_id uuid not null,
  due_at timestamptz not null,
  tenant_id uuid not null,
  state text not null default 'WAITING',
  run_id uuid,
  -- After this moment the run counts as late; see late_alerted_at.
  late_at timestamptz not null,
  late_alerted_at timestamptz,
  primary key (config_id, due_at),
  foreign key (tenant_id, config_id) references neonpro_backup.configs (tenant_id, id) on delete cascade
);
create index due_times_next on neonpro_backup.due_times (due_at) where state = 'WAITING';

create table neonpro_backup.runs (
  id uuid primary key,
  tenant_id uuid not null,
  config_id uuid not null,
  config_name text not null,
  source text not null,
  type text not null,
  trigger text not null,
  due_at timestamptz,
  priority smallint not null default 1,
  state text not null default 'PENDING',
  requested_by text not null,
  cancel_requested_at timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  -- The attempt that may write; a stale one finds another number here and gives up.
  fence bigint not null default 0,
  attempts integer not null default 0,
  snapshot text,
  stats jsonb,
  skipped jsonb,
  progress jsonb,
  error jsonb,
  -- The moment for which the run counts in figures: its end, or when a missed one was due.
  counted_at timestamptz generated always as (case state when 'PENDING' then null when 'RUNNING' then null when 'MISSED' then coalesce(due_at, created_at) else finished_at end) stored,
  -- Of a run that stored something.
  duration_us bigint generated always as (case when state in ('COMPLETED', 'PARTIAL') then (extract(epoch from finished_at - started_at) * 1000000)::bigint end) stored,
  bytes_processed bigint generated always as (case jsonb_typeof(stats -> 'bytesProcessed') when 'number' then (stats ->> 'bytesProcessed')::numeric::bigint end) stored,
  bytes_added bigint generated always as (case jsonb_typeof(stats -> 'bytesAdded') when 'number' then (stats ->> 'bytesAdded')::numeric::bigint end) stored,
  bytes_stored bigint generated always as (case jsonb_typeof(stats -> 'bytesStored') when 'number' then (stats ->> 'bytesStored')::numeric::bigint end) stored,
  foreign key (tenant_id, config_id) references neonpro_backup.configs (tenant_id, id)
);
create index runs_newest on neonpro_backup.runs (tenant_id, created_at desc, id);
create index runs_of_config on neonpro_backup.runs (config_id, created_at desc, id);
create index runs_state on neonpro_backup.runs (tenant_id, state, created_at desc, id);
create index runs_type on neonpro_backup.runs (tenant_id, type, created_at desc, id);
create index runs_counted on neonpro_backup.runs (tenant_id, counted_at) where counted_at is not null;
create index runs_longest on neonpro_backup.runs (tenant_id, duration_us desc, counted_at) where duration_us is not null;
create index runs_open on neonpro_backup.runs (config_id, state, priority desc, created_at) where state in ('PENDING', 'RUNNING');

-- How many runs there are of each kind: a list's total must not count a million rows. Kept by count_runs().
create table neonpro_backup.run_counts (
  tenant_id uuid not null,
  config_id uuid not null,
  type text not null,
  state text not null,
  count bigint not null,
  primary key (tenant_id, config_id, type, state),
  foreign key (tenant_id, config_id) references neonpro_backup.configs (tenant_id, id) on delete cascade
);

-- Sums of the runs that count on a day: figures of a period must not read a million runs. Kept by sum_run_days(). A configuration has rows of its own, so that runs of two never wait for each other.
create table neonpro_backup.run_days (
  tenant_id uuid not null,
  -- In UTC.
  day date not null,
  config_id uuid not null,
  state text not null,
  count bigint not null,
  -- How many of them have a duration, and their sum.
  durations bigint not null,
  duration_us bigint not null,
  -- Of those with a duration and figures: what throughput is reckoned from.
  measured_us bigint not null,
  measured_bytes bigint not null,
  bytes_processed bigint not null,
  bytes_added bigint not null,
  bytes_stored bigint not null,
  primary key (tenant_id, day, config_id, state),
  foreign key (tenant_id, config_id) references neonpro_backup.configs (tenant_id, id) on delete cascade
);

create table neonpro_backup.run_attempts (
  run_id uuid not null references neonpro_backup.runs on delete cascade,
  attempt integer not null,
  tenant_id uuid not null references neonpro_backup.tenants,
  fence bigint not null,
  worker_id uuid not null,
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now(),
  finished_at timestamptz,
  outcome text,
  error jsonb,
  primary key (run_id, attempt)
);
create index run_attempts_open on neonpro_backup.run_attempts (heartbeat_at) where finished_at is null;

-- What became of runs, one row each time, so that whoever follows them misses nothing, whichever process it was, and can go on later where he stopped. Kept by tell_run().
create table neonpro_backup.run_events (
  id bigint generated by default as identity primary key,
  tenant_id uuid not null references neonpro_backup.tenants,
  run_id uuid not null references neonpro_backup.runs on delete cascade,
  state text not null,
  at timestamptz not null default clock_timestamp()
);
create index run_events_in_order on neonpro_backup.run_events (tenant_id, id);
create index run_events_of_run on neonpro_backup.run_events (run_id);
create index run_events_by_age on neonpro_backup.run_events (at);

create table neonpro_backup.recovery_points (
  id uuid primary key,
  tenant_id uuid not null references neonpro_backup.tenants,
  repository_id uuid not null references neonpro_backup.repositories,
  snapshot text not null,
  run_id uuid,
  config_id uuid,
  source text not null,
  created_at timestamptz not null,
  type text not null,
  state text not null default 'BACKED_UP',
  is_complete boolean not null,
  bytes bigint not null default 0,
  bytes_added bigint not null default 0,
  files bigint not null default 0,
  expires_at timestamptz,
  kept_because jsonb not null default '[]',
  -- Set when the snapshot was forgotten.
  removed_at timestamptz,
  -- By which it is ordered: when its run ended, or just before the first point that came after it.
  counts_at timestamptz not null default now(),
  unique (repository_id, snapshot),
  unique (tenant_id, id)
);
create index recovery_points_newest on neonpro_backup.recovery_points (tenant_id, counts_at desc) where removed_at is null;
create index recovery_points_of_config on neonpro_backup.recovery_points (config_id, counts_at desc) where removed_at is null;
create index recovery_points_of_run on neonpro_backup.recovery_points (run_id);

-- Pins and holds as the repository has them: a copy for questions, never for decisions.
create table neonpro_backup.protections (
  tenant_id uuid not null references neonpro_backup.tenants,
  repository_id uuid not null references neonpro_backup.repositories,
  record text not null,
  subject text not null,
  generation integer not null,
  snapshot text,
  source text,
  reason text not null default '',
  until timestamptz,
  created_by text not null,
  created_at timestamptz not null,
  lifted_at timestamptz,
  primary key (repository_id, record, subject)
);

create table neonpro_backup.recovery_requests (
  id uuid primary key,
  tenant_id uuid not null,
  point_id uuid not null,
  type text not null,
  options jsonb not null,
  priority smallint not null default 1,
  state text not null default 'PENDING',
  progress double precision not null default 0,
  stats jsonb,
  error jsonb,
  requested_by text not null,
  cancel_requested_at timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  fence bigint not null default 0,
  worker_id uuid,
  heartbeat_at timestamptz,
  foreign key (tenant_id, point_id) references neonpro_backup.recovery_points (tenant_id, id)
);
create index recovery_requests_newest on neonpro_backup.recovery_requests (tenant_id, created_at desc);

-- Processes that start due runs and carry out jobs.
create table neonpro_backup.workers (
  id uuid primary key,
  host text not null,
  pid integer not null,
  role text not null,
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now(),
  stopped_at timestamptz
);

create table neonpro_backup.alerts (
  id uuid primary key,
  tenant_id uuid not null references neonpro_backup.tenants,
  -- SHA-256 of tenant, type and what it is about: one open alarm for each.
  fingerprint text not null,
  type text not null,
  severity text not null,
  state text not null default 'FIRING',
  message text not null,
  details jsonb not null default '{}',
  config_id uuid,
  run_id uuid,
  count integer not null default 1,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  acknowledged_at timestamptz,
  acknowledged_by text,
  resolved_at timestamptz
);
create unique index alerts_open on neonpro_backup.alerts (tenant_id, fingerprint) where state <> 'RESOLVED';

-- What is to be sent, written in the transaction that decided it; sent at least once.
create table neonpro_backup.outbox (
  id uuid primary key,
  tenant_id uuid not null references neonpro_backup.tenants,
  alert_id uuid references neonpro_backup.alerts,
  channel text not null,
  event jsonb not null,
  idempotency_key text not null unique,
  state text not null default 'WAITING',
  attempts integer not null default 0,
  next_at timestamptz not null default now(),
  last_error text,
  created_at timestamptz not null default now(),
  delivered_at timestamptz
);
create index outbox_next on neonpro_backup.outbox (next_at) where state = 'WAITING';

create table neonpro_backup.audit_heads (
  tenant_id uuid primary key references neonpro_backup.tenants,
  sequence bigint not null default 0,
  hash bytea not null
);

-- Append-only: an entry is RFC 8785 canonical JSON, kept as the bytes that were hashed.
create table neonpro_backup.audit_entries (
  tenant_id uuid not null references neonpro_backup.tenants,
  sequence bigint not null,
  at timestamptz not null,
  entry bytea not null,
  entry_json jsonb not null,
  previous bytea not null,
  hash bytea not null,
  primary key (tenant_id, sequence)
);

-- The readable name of a pseudonym in the audit log; may be erased.
create table neonpro_backup.audit_actors (
  tenant_id uuid not null references neonpro_backup.tenants,
  pseudonym text not null,
  label text not null,
  primary key (tenant_id, pseudonym)
);

-- Closed stretches of the audit log that stand in the repository as signed records.
create table neonpro_backup.audit_segments (
  tenant_id uuid not null references neonpro_backup.tenants,
  number integer not null,
  from_sequence bigint not null,
  to_sequence bigint not null,
  hash bytea not null,
  record text not null,
  closed_at timestamptz not null default now(),
  primary key (tenant_id, number)
);

insert into neonpro_backup.roles (name) values ('READER'), ('OPERATOR'), ('RESTORER'), ('APPROVER'), ('DATA_PROTECTION_OFFICER'), ('KEY_KEEPER'), ('AUDITOR'), ('ADMIN');

-- To look into patient data (point.browse, point.download) is a right of its own: neither the operator nor the administrator has it.
insert into neonpro_backup.role_rights (role, verb)
select role, unnest(string_to_array(verbs, ' ')) from (values
  ('READER', 'config.read point.read'),
  ('OPERATOR', 'config.read config.write backup.run backup.cancel point.read point.pin drill.run alert.ack'),
  ('RESTORER', 'config.read point.read point.browse point.download recovery.request recovery.execute recovery.cancel drill.run'),
  ('APPROVER', 'config.read point.read recovery.approve plan.approve'),
  ('DATA_PROTECTION_OFFICER', 'config.read point.read erasure.decide hold.manage audit.read'),
  ('KEY_KEEPER', 'config.read key.use key.rotate key.export key.destroy'),
  ('AUDITOR', 'config.read point.read audit.read audit.export'),
  ('ADMIN', 'config.read config.write backup.run backup.cancel point.read point.delete point.pin recovery.request recovery.approve recovery.execute recovery.cancel drill.run plan.write plan.approve '
    'key.use key.rotate key.export key.destroy alert.ack alert.silence erasure.decide erasure.execute hold.manage audit.read audit.export user.manage')
) as matrix (role, verbs);

-- Who asks: the `sub` of the claims that the server has set for this transaction; null for nobody.
create function neonpro_backup.caller() returns text
language sql stable set search_path = '' as $$
  select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
$$;

-- The tenants in which the caller has the right.
create function neonpro_backup.tenants_with(wanted text) returns setof uuid
language sql stable security definer set search_path = '' as $$
  select distinct membership.tenant_id
  from neonpro_backup.memberships membership
  join neonpro_backup.role_rights granted on granted.role = membership.role
  where membership.user_id = neonpro_backup.caller() and granted.verb = wanted
$$;

create function neonpro_backup.may(tenant uuid, verb text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from neonpro_backup.tenants_with(verb) as granted (tenant_id) where granted.tenant_id = tenant)
$$;

create function neonpro_backup.is_member(tenant uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from neonpro_backup.memberships membership where membership.tenant_id = tenant and membership.user_id = neonpro_backup.caller())
$$;

-- Numbers, chains and keeps one entry of the audit log: hash = SHA-256(previous hash || entry). The head's row lock makes numbers without gaps.
-- Whoever acts for a person may write only into a log of his own tenant.
create function neonpro_backup.append_audit(tenant uuid, entry bytea, out sequence bigint, out hash bytea)
language plpgsql security definer set search_path = '' as $$
declare
  head neonpro_backup.audit_heads;
  projection jsonb;
begin
  if (current_setting('role') in ('anon', 'authenticated') or session_user in ('anon', 'authenticated')) and not neonpro_backup.is_member(tenant) then
    raise exception 'The audit log of another tenant.' using errcode = 'insufficient_privilege';
  end if;
  insert into neonpro_backup.audit_heads (tenant_id, sequence, hash) values (tenant, 0, decode(repeat('00', 32), 'hex')) on conflict do nothing;
  select * into strict head from neonpro_backup.audit_heads where tenant_id = tenant for update;
  projection := convert_from(entry, 'UTF8')::jsonb;
  sequence := head.sequence + 1;
  hash := sha256(head.hash || entry);
  insert into neonpro_backup.audit_entries (tenant_id, sequence, at, entry, entry_json, previous, hash)
  values (tenant, sequence, (projection ->> 'at')::timestamptz, entry, projection, head.hash, hash);
  update neonpro_backup.audit_heads set sequence = append_audit.sequence, hash = append_audit.hash where tenant_id = tenant;
end
$$;

-- Entries are never changed and never removed; a head only goes forward; a closed segment keeps its bounds.
create function neonpro_backup.refuse_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'The audit log only grows.' using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_entries_only_grow before update or delete on neonpro_backup.audit_entries for each row execute function neonpro_backup.refuse_change();
create trigger audit_entries_stay before truncate on neonpro_backup.audit_entries execute function neonpro_backup.refuse_change();
create trigger audit_heads_go_forward before update on neonpro_backup.audit_heads for each row
  when (new.tenant_id <> old.tenant_id or new.sequence <> old.sequence + 1) execute function neonpro_backup.refuse_change();
create trigger audit_heads_stay before delete on neonpro_backup.audit_heads for each row execute function neonpro_backup.refuse_change();
create trigger audit_heads_stay_all before truncate on neonpro_backup.audit_heads execute function neonpro_backup.refuse_change();
create trigger audit_segments_keep_bounds before update on neonpro_backup.audit_segments for each row
  when ((new.tenant_id, new.number, new.from_sequence, new.to_sequence, new.hash) is distinct from (old.tenant_id, old.number, old.from_sequence, old.to_sequence, old.hash))
  execute function neonpro_backup.refuse_change();
create trigger audit_segments_stay before delete on neonpro_backup.audit_segments for each row execute function neonpro_backup.refuse_change();
create trigger audit_segments_stay_all before truncate on neonpro_backup.audit_segments execute function neonpro_backup.refuse_change();

-- Keeps run_counts equal to what is in runs. Rows are taken in one order, so that two transactions never wait for each other.
create function neonpro_backup.count_runs() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    insert into neonpro_backup.run_counts as counted (tenant_id, config_id, type, state, count)
    select tenant_id, config_id, type, state, count(*) from new_runs group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (tenant_id, config_id, type, state) do update set count = counted.count + excluded.count;
  elsif tg_op = 'DELETE' then
    insert into neonpro_backup.run_counts as counted (tenant_id, config_id, type, state, count)
    select tenant_id, config_id, type, state, -count(*) from old_runs group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (tenant_id, config_id, type, state) do update set count = counted.count + excluded.count;
  else
    insert into neonpro_backup.run_counts as counted (tenant_id, config_id, type, state, count)
    select tenant_id, config_id, type, state, sum(change)
    from (select tenant_id, config_id, type, state, 1 as change from new_runs union all select tenant_id, config_id, type, state, -1 from old_runs) as changes
    group by 1, 2, 3, 4 having sum(change) <> 0 order by 1, 2, 3, 4
    on conflict (tenant_id, config_id, type, state) do update set count = counted.count + excluded.count;
  end if;
  return null;
end
$$;
create trigger runs_inserted after insert on neonpro_backup.runs referencing new table as new_runs for each statement execute function neonpro_backup.count_runs();
create trigger runs_updated after update on neonpro_backup.runs referencing old table as old_runs new table as new_runs for each statement execute function neonpro_backup.count_runs();
create trigger runs_deleted after delete on neonpro_backup.runs referencing old table as old_runs for each statement execute function neonpro_backup.count_runs();

-- Keeps run_days equal to what is in runs, in the transaction that changes a run: however often a job runs, it is summed as the row says.
create function neonpro_backup.sum_run_days() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op <> 'INSERT' then
    insert into neonpro_backup.run_days as summed (tenant_id, day, config_id, state, count, durations, duration_us, measured_us, measured_bytes, bytes_processed, bytes_added, bytes_stored)
    select tenant_id, (counted_at at time zone 'UTC')::date, config_id, state, -count(*), -count(duration_us), -coalesce(sum(duration_us), 0), -coalesce(sum(duration_us) filter (where stats is not null), 0),
      -coalesce(sum(bytes_processed) filter (where duration_us is not null), 0), -coalesce(sum(bytes_processed), 0), -coalesce(sum(bytes_added), 0), -coalesce(sum(bytes_stored), 0)
    from old_runs where counted_at is not null group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (tenant_id, day, config_id, state) do update set count = summed.count + excluded.count, durations = summed.durations + excluded.durations, duration_us = summed.duration_us + excluded.duration_us, measured_us = summed.measured_us + excluded.measured_us,
      measured_bytes = summed.measured_bytes + excluded.measured_bytes, bytes_processed = summed.bytes_processed + excluded.bytes_processed, bytes_added = summed.bytes_added + excluded.bytes_added, bytes_stored = summed.bytes_stored + excluded.bytes_stored;
  end if;
  if tg_op <> 'DELETE' then
    insert into neonpro_backup.run_days as summed (tenant_id, day, config_id, state, count, durations, duration_us, measured_us, measured_bytes, bytes_processed, bytes_added, bytes_stored)
    select tenant_id, (counted_at at time zone 'UTC')::date, config_id, state, count(*), count(duration_us), coalesce(sum(duration_us), 0), coalesce(sum(duration_us) filter (where stats is not null), 0),
      coalesce(sum(bytes_processed) filter (where duration_us is not null), 0), coalesce(sum(bytes_processed), 0), coalesce(sum(bytes_added), 0), coalesce(sum(bytes_stored), 0)
    from new_runs where counted_at is not null group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (tenant_id, day, config_id, state) do update set count = summed.count + excluded.count, durations = summed.durations + excluded.durations, duration_us = summed.duration_us + excluded.duration_us, measured_us = summed.measured_us + excluded.measured_us,
      measured_bytes = summed.measured_bytes + excluded.measured_bytes, bytes_processed = summed.bytes_processed + excluded.bytes_processed, bytes_added = summed.bytes_added + excluded.bytes_added, bytes_stored = summed.bytes_stored + excluded.bytes_stored;
  end if;
  return null;
end
$$;
create trigger runs_inserted_sum after insert on neonpro_backup.runs referencing new table as new_runs for each statement execute function neonpro_backup.sum_run_days();
create trigger runs_updated_sum after update on neonpro_backup.runs referencing old table as old_runs new table as new_runs for each statement execute function neonpro_backup.sum_run_days();
create trigger runs_deleted_sum after delete on neonpro_backup.runs referencing old table as old_runs for each statement execute function neonpro_backup.sum_run_days();

create function neonpro_backup.tell_run() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into neonpro_backup.run_events (tenant_id, run_id, state) values (new.tenant_id, new.id, new.state);
  return null;
end
$$;
create trigger runs_inserted_tell after insert on neonpro_backup.runs for each row execute function neonpro_backup.tell_run();
create trigger runs_updated_tell after update of state on neonpro_backup.runs for each row when (old.state is distinct from new.state) execute function neonpro_backup.tell_run();

-- Row level security, forced, on every table. The owner is the system and service_role its equal, both across tenants; everybody else sees what the policies below give.
do $$
declare
  name regclass;
begin
  for name in select oid from pg_catalog.pg_class where relnamespace = 'neonpro_backup'::regnamespace and relkind in ('r', 'p') loop
    execute format('alter table %s enable row level security', name);
    execute format('alter table %s force row level security', name);
    execute format('create policy system on %s to current_user using (true) with check (true)', name);
    execute format('create policy service on %s to service_role using (true) with check (true)', name);
  end loop;
end
$$;

revoke all on all functions in schema neonpro_backup from public;
revoke all on all tables in schema neonpro_backup from public, anon, authenticated, service_role;
grant usage on schema neonpro_backup to authenticated, service_role;
grant execute on function neonpro_backup.caller(), neonpro_backup.tenants_with(text), neonpro_backup.may(uuid, text), neonpro_backup.is_member(uuid), neonpro_backup.append_audit(uuid, bytea) to authenticated, service_role;

grant select, insert, update, delete on all tables in schema neonpro_backup to service_role;
revoke insert, update, delete on neonpro_backup.audit_entries, neonpro_backup.audit_heads, neonpro_backup.audit_segments, neonpro_backup.schema_version from service_role;
-- The owner could give these back to himself, but never by mistake.
do $$
begin
  execute format('revoke update, delete, truncate on neonpro_backup.audit_entries from %I', current_user);
end
$$;

-- A person, by his roles in the tenant. Columns that are not granted belong to the system.
grant select on neonpro_backup.roles, neonpro_backup.role_rights to authenticated;
create policy everybody on neonpro_backup.roles for select to authenticated using (true);
create policy everybody on neonpro_backup.role_rights for select to authenticated using (true);

grant select on neonpro_backup.tenants to authenticated;
create policy members on neonpro_backup.tenants for select to authenticated using (neonpro_backup.is_member(id));

grant select, insert, delete on neonpro_backup.memberships to authenticated;
create policy own_or_managed on neonpro_backup.memberships for select to authenticated
  using (user_id = (select neonpro_backup.caller()) or tenant_id = any (array(select neonpro_backup.tenants_with('user.manage'))));
create policy managed_insert on neonpro_backup.memberships for insert to authenticated with check (tenant_id = any (array(select neonpro_backup.tenants_with('user.manage'))));
create policy managed_delete on neonpro_backup.memberships for delete to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('user.manage'))));

grant select on neonpro_backup.repositories to authenticated;
create policy readers on neonpro_backup.repositories for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('config.read'))));

grant select, insert on neonpro_backup.configs to authenticated;
grant update (name, kind, settings, source_sealed, enabled, generation, recorded_generation, updated_at, removed_at) on neonpro_backup.configs to authenticated;
create policy readers on neonpro_backup.configs for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('config.read'))));
create policy writers_insert on neonpro_backup.configs for insert to authenticated
  with check (tenant_id = any (array(select neonpro_backup.tenants_with('config.write'))) and created_by = (select neonpro_backup.caller()));
create policy writers_update on neonpro_backup.configs for update to authenticated
  using (tenant_id = any (array(select neonpro_backup.tenants_with('config.write')))) with check (tenant_id = any (array(select neonpro_backup.tenants_with('config.write'))));

grant select, insert, delete on neonpro_backup.due_times to authenticated;
create policy readers on neonpro_backup.due_times for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('config.read'))));
create policy writers_insert on neonpro_backup.due_times for insert to authenticated with check (tenant_id = any (array(select neonpro_backup.tenants_with('config.write'))) and state = 'WAITING' and run_id is null);
create policy writers_delete on neonpro_backup.due_times for delete to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('config.write'))) and state = 'WAITING');

grant select, insert on neonpro_backup.runs to authenticated;
grant update (cancel_requested_at) on neonpro_backup.runs to authenticated;
create policy readers on neonpro_backup.runs for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('config.read'))));
create policy runners on neonpro_backup.runs for insert to authenticated
  with check (tenant_id = any (array(select neonpro_backup.tenants_with('backup.run'))) and state = 'PENDING' and requested_by = (select neonpro_backup.caller()) and snapshot is null and stats is null and fence = 0);
create policy cancellers on neonpro_backup.runs for update to authenticated
  using (tenant_id = any (array(select neonpro_backup.tenants_with('backup.cancel')))) with check (tenant_id = any (array(select neonpro_backup.tenants_with('backup.cancel'))));

grant select on neonpro_backup.run_attempts, neonpro_backup.run_counts, neonpro_backup.run_days, neonpro_backup.run_events to authenticated;
create policy readers on neonpro_backup.run_counts for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('config.read'))));
create policy readers on neonpro_backup.run_days for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('config.read'))));
create policy readers on neonpro_backup.run_events for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('config.read'))));
create policy readers on neonpro_backup.run_attempts for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('config.read'))));

grant select on neonpro_backup.recovery_points, neonpro_backup.protections to authenticated;
create policy readers on neonpro_backup.recovery_points for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('point.read'))));
create policy readers on neonpro_backup.protections for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('point.read'))));

grant select, insert on neonpro_backup.recovery_requests to authenticated;
grant update (cancel_requested_at) on neonpro_backup.recovery_requests to authenticated;
create policy readers on neonpro_backup.recovery_requests for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('point.read'))));
create policy requesters on neonpro_backup.recovery_requests for insert to authenticated
  with check (tenant_id = any (array(select neonpro_backup.tenants_with('recovery.request'))) and state = 'PENDING' and requested_by = (select neonpro_backup.caller()) and fence = 0);
create policy cancellers on neonpro_backup.recovery_requests for update to authenticated
  using (tenant_id = any (array(select neonpro_backup.tenants_with('recovery.cancel')))) with check (tenant_id = any (array(select neonpro_backup.tenants_with('recovery.cancel'))));

grant select on neonpro_backup.alerts to authenticated;
grant update (state, acknowledged_at, acknowledged_by) on neonpro_backup.alerts to authenticated;
create policy readers on neonpro_backup.alerts for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('config.read'))));
create policy acknowledgers on neonpro_backup.alerts for update to authenticated
  using (tenant_id = any (array(select neonpro_backup.tenants_with('alert.ack')))) with check (tenant_id = any (array(select neonpro_backup.tenants_with('alert.ack'))) and acknowledged_by = (select neonpro_backup.caller()));

grant select on neonpro_backup.audit_heads, neonpro_backup.audit_entries, neonpro_backup.audit_actors, neonpro_backup.audit_segments to authenticated;
create policy readers on neonpro_backup.audit_heads for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('audit.read'))));
create policy readers on neonpro_backup.audit_entries for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('audit.read'))));
create policy readers on neonpro_backup.audit_actors for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('audit.read'))));
create policy readers on neonpro_backup.audit_segments for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('audit.read'))));
-- settings, control_keys, workers, outbox and schema_version are the system's alone.

insert into neonpro_backup.schema_version (version, name) values (1, 'initial'), (2, 'sum_run_days'), (3, 'count_points_in_order'), (4, 'follow_runs'), (5, 'name_repositories');
