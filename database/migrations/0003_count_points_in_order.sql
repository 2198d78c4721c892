-- By which moment a point is ordered: a clock that was wrong once must not make its point the newest for years.
-- The next look into the repository puts right what is there.

alter table neonpro_backup.recovery_points add column counts_at timestamptz not null default now();
update neonpro_backup.recovery_points set counts_at = created_at;
drop index neonpro_backup.recovery_points_newest;
create index recovery_points_newest on neonpro_backup.recovery_points (tenant_id, counts_at desc) where removed_at is null;
drop index neonpro_backup.recovery_points_of_config;
create index recovery_points_of_config on neonpro_backup.recovery_points (config_id, counts_at desc) where removed_at is null;
