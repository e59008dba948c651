-- The least of a database for what the stand-in answers. The names are GitLab's where it has the same thing.
create table if not exists schema_migrations (version text primary key);
create table if not exists users (
  id serial primary key, username text unique not null, name text not null, email text not null,
  admin boolean not null default false, state text not null default 'active', user_type int not null default 0,
  password_digest text, created_at timestamptz not null default now()
);
create table if not exists personal_access_tokens (
  id serial primary key, user_id int not null references users on delete cascade, name text not null, description text,
  scopes jsonb not null default '[]', expires_at date, token_digest text unique, revoked boolean not null default false,
  created_at timestamptz not null default now(), last_used_at timestamptz
);
create table if not exists keys (
  id serial primary key, user_id int not null references users on delete cascade, title text not null,
  key text unique not null, created_at timestamptz not null default now()
);
create table if not exists namespaces (
  id serial primary key, name text not null, path text unique not null, kind text not null,
  visibility text not null default 'private', owner_id int references users on delete cascade,
  created_at timestamptz not null default now()
);
create table if not exists projects (
  id serial primary key, namespace_id int not null references namespaces on delete cascade, name text not null,
  path text not null, description text, visibility text not null default 'private', default_branch text,
  creator_id int not null references users, created_at timestamptz not null default now(), unique (namespace_id, path)
);
create table if not exists application_settings (
  id serial primary key, settings jsonb not null, created_at timestamptz not null default now()
);
create table if not exists licenses (
  id serial primary key, data text not null, created_at timestamptz not null default now()
);
create table if not exists batched_background_migrations (
  id serial primary key, job_class_name text not null, table_name text not null, column_name text not null,
  job_arguments jsonb not null default '[]', status smallint not null default 1,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(), finish_at timestamptz
);
create table if not exists sidekiq_processes (
  hostname text primary key, pid int not null, started_at timestamptz not null, beat_at timestamptz not null
);
