-- What becomes of runs, one row each time, so that whoever follows them misses nothing, whichever process it was, and can go on later where he stopped.

create table neonpro_backup.run_events (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references neonpro_backup.tenants,
  run_id uuid not null references neonpro_backup.runs on delete cascade,
  state text not null,
  at timestamptz not null default clock_timestamp()
);
create index run_events_in_order on neonpro_backup.run_events (tenant_id, id);
create index run_events_of_run on neonpro_backup.run_events (run_id);
create index run_events_by_age on neonpro_backup.run_events (at);

create function neonpro_backup.tell_run() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into neonpro_backup.run_events (tenant_id, run_id, state) values (new.tenant_id, new.id, new.state);
  return null;
end
$$;
create trigger runs_inserted_tell after insert on neonpro_backup.runs for each row execute function neonpro_backup.tell_run();
create trigger runs_updated_tell after update of state on neonpro_backup.runs for each row when (old.state is distinct from new.state) execute function neonpro_backup.tell_run();

alter table neonpro_backup.run_events enable row level security;
alter table neonpro_backup.run_events force row level security;
create policy system on neonpro_backup.run_events to current_user using (true) with check (true);
create policy service on neonpro_backup.run_events to service_role using (true) with check (true);
create policy readers on neonpro_backup.run_events for select to authenticated using (tenant_id = any (array(select neonpro_backup.tenants_with('config.read'))));

revoke all on function neonpro_backup.tell_run() from public;
revoke all on neonpro_backup.run_events from public, anon, authenticated, service_role;
grant select, insert, update, delete on neonpro_backup.run_events to service_role;
grant select on neonpro_backup.run_events to authenticated;
