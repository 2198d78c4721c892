-- Several repositories: a registered one has a name, says where its key is, and what it is to the system.
-- What was there is the system's first, and every configuration goes on writing to that.

alter table neonpro_backup.repositories
  add column name text,
  add column key_reference text,
  add column role text not null default 'FIRST',
  add column removed_at timestamptz,
  add unique (tenant_id, id);
update neonpro_backup.repositories set name = 'main'
where id in (
  select distinct on (tenant_id) id from neonpro_backup.repositories where repository_id is not null order by tenant_id, last_seen_at desc nulls last, created_at, id
);
create unique index repositories_name on neonpro_backup.repositories (tenant_id, name) where removed_at is null;

alter table neonpro_backup.configs
  add column repository_id uuid,
  add foreign key (tenant_id, repository_id) references neonpro_backup.repositories (tenant_id, id);
