-- Members. The ledger knows them by random ids alone, so that personal data (in `person`, `identity`,
-- the shop's orders, attempts and consents) can be erased while every transfer stays.

create table member (
    id uuid primary key,
    program_id uuid not null references program (id),
    joined_at bigint not null,
    accepted_version bigint not null,
    -- The tier that counts: the one given by hand while it lasts, else the earned one.
    tier text not null,
    tier_earned text not null,
    -- What the last review left; within a window the tier never falls below it.
    tier_kept text not null,
    tier_since bigint not null,
    -- Since when the tier is not deserved any more, while a grace lasts.
    grace_from bigint,
    manual_tier text,
    manual_until bigint,
    -- When the tier next has to be looked at.
    review_at bigint,
    locale text not null,
    time_zone text not null,
    time_zone_set_at bigint not null
);

create index member_review on member (review_at, id) where review_at is not null;

create index member_program on member (program_id, id);

create table person (
    member_id uuid primary key references member (id),
    name text,
    email text,
    birthday text
);

-- How a member is known: the shop's customer id, a proven e-mail address, or an account at the service that the kind
-- names, by the service's own id.
create table identity (
    program_id uuid not null references program (id),
    kind text not null check (kind <> ''),
    value text not null,
    member_id uuid not null references member (id),
    created_at bigint not null,
    primary key (program_id, kind, value)
);

create index identity_member on identity (member_id);

-- A session begins with what a signed token or a one-time code proved. It may precede membership.
create table session (
    digest bytea primary key,
    program_id uuid not null,
    member_id uuid references member (id),
    claims text not null,
    created_at bigint not null,
    expires_at bigint not null,
    ends_at bigint not null,
    closed boolean not null
);

create index session_end on session (ends_at);

create table challenge (
    id uuid primary key,
    program_id uuid not null references program (id),
    email text not null,
    digest bytea not null,
    tries bigint not null,
    used boolean not null,
    created_at bigint not null,
    expires_at bigint not null
);

-- How often something was done in a window of time, for caps that hold across servers.
create table tally (
    name text not null,
    began_at bigint not null,
    count bigint not null,
    primary key (name, began_at)
);
