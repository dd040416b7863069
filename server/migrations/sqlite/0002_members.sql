-- Members. The ledger knows them by random ids alone, so that personal data (in `person`, `identity`,
-- the shop's orders, attempts and consents) can be erased while every transfer stays.

create table member (
    id blob primary key,
    program_id blob not null references program (id),
    joined_at integer not null,
    accepted_version integer not null,
    -- The tier that counts: the one given by hand while it lasts, else the earned one.
    tier text not null,
    tier_earned text not null,
    -- What the last review left; within a window the tier never falls below it.
    tier_kept text not null,
    tier_since integer not null,
    -- Since when the tier is not deserved any more, while a grace lasts.
    grace_from integer,
    manual_tier text,
    manual_until integer,
    -- When the tier next has to be looked at.
    review_at integer,
    locale text not null,
    time_zone text not null,
    time_zone_set_at integer not null
) strict, without rowid;

create index member_review on member (review_at, id) where review_at is not null;

create index member_program on member (program_id, id);

create table person (
    member_id blob primary key references member (id),
    name text,
    email text,
    birthday text
) strict, without rowid;

-- How a member is known: the shop's customer id, a proven e-mail address, or an account at the service that the kind
-- names, by the service's own id.
create table identity (
    program_id blob not null references program (id),
    kind text not null check (kind <> ''),
    value text not null,
    member_id blob not null references member (id),
    created_at integer not null,
    primary key (program_id, kind, value)
) strict, without rowid;

create index identity_member on identity (member_id);

-- A session begins with what a signed token or a one-time code proved. It may precede membership.
create table session (
    digest blob primary key,
    program_id blob not null,
    member_id blob references member (id),
    claims text not null,
    created_at integer not null,
    expires_at integer not null,
    ends_at integer not null,
    closed integer check (closed in (0, 1)) not null
) strict, without rowid;

create index session_end on session (ends_at);

create table challenge (
    id blob primary key,
    program_id blob not null references program (id),
    email text not null,
    digest blob not null,
    tries integer not null,
    used integer check (used in (0, 1)) not null,
    created_at integer not null,
    expires_at integer not null
) strict;

-- How often something was done in a window of time, for caps that hold across servers.
create table tally (
    name text not null,
    began_at integer not null,
    count integer not null,
    primary key (name, began_at)
) strict;
