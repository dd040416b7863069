-- Programmes, the versions of their rules, and their keys.
--
-- What every request writes names its programme without a foreign key (transfers, orders, keys, sessions),
-- and its member (transfers, holds, lots, orders, news): PostgreSQL asks a query for each, and locks the row
-- that it names. Both come from rows that the same command has read, neither is ever deleted, and `laurel
-- ledger verify` looks for what belongs to nobody.
--
-- What a column may hold stands in this schema as "this or that": of a list with more than two values SQLite would
-- make a table for each row that is written.

create table program (
    id blob primary key,
    slug text not null unique,
    version integer not null,
    -- While members wait to be looked at because a version changed when tiers are reviewed: the last one
    -- who has been.
    looked_at_until blob,
    created_at integer not null
) strict;

create table program_version (
    program_id blob not null references program (id),
    version integer not null,
    source text not null,
    created_at integer not null,
    primary key (program_id, version)
) strict;

-- `token` keys sign shoppers' tokens: a sealed HS256 secret or an EdDSA public key.
-- `api` keys are a shop's: only a digest is kept.
create table program_key (
    kid text primary key,
    program_id blob not null references program (id),
    kind text not null check (kind in ('token', 'api')),
    algorithm text not null check (algorithm = 'HS256' or algorithm = 'EdDSA' or algorithm = 'digest'),
    material blob not null,
    scopes text not null,
    created_at integer not null,
    revoked_at integer
) strict;

create index program_key_program on program_key (program_id, created_at, kid);

-- What every server that shares this database must agree on.
create table setting (
    name text primary key,
    value blob not null
) strict;
