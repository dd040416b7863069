-- Outside services: what a programme gave for them, whose accounts there are, and what is to be asked.

-- What only the server may know of a connection, sealed under the master key. The rest stands in the
-- programme file.
create table connection (
    program_id uuid not null references program (id),
    name text not null,
    sealed bytea not null,
    updated_at bigint not null,
    primary key (program_id, name)
);

-- Accounts elsewhere that members have shown to be theirs. An account is one member's for ever: when it is let
-- go its row stays, by a keyed digest, and only who it was may be erased.
create table outside_account (
    program_id uuid not null,
    -- Which service, whatever connection led there.
    service text not null,
    digest bytea not null,
    member_id uuid not null references member (id),
    -- The service's own id, and what people call it.
    external_id text,
    handle text,
    -- When it was opened there, if the service says so.
    created_there_at bigint,
    linked_at bigint not null,
    unlinked_at bigint,
    primary key (program_id, service, digest)
);

create index outside_account_member on outside_account (member_id, service);

-- Sign-ins elsewhere that are under way. Each is known by a secret that only the browser has which began it.
create table linking (
    digest bytea primary key,
    program_id uuid not null,
    connection text not null,
    member_id uuid not null references member (id),
    -- The task it was begun for.
    task text,
    -- What has to be known again when the member comes back.
    sealed bytea not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);

create index linking_end on linking (expires_at);

-- What is to be asked of an outside service about an attempt.
create table verification (
    attempt_id uuid primary key references attempt (id),
    program_id uuid not null,
    connection text not null,
    -- Of what it was asked for.
    target text not null,
    purpose text not null check (purpose in ('done', 'kept')),
    -- How often it was asked.
    tries bigint not null,
    -- How often it answered no.
    denials bigint not null,
    -- Not before then; also the lease of the server that is asking.
    due_at bigint not null,
    since bigint not null
);

create index verification_due on verification (program_id, connection, due_at);

-- Until when a member may put right what a second look has found wanting.
alter table attempt add column notice_until bigint;
-- What showed that it was done: fields that matter, as JSON. For a second look.
alter table attempt add column evidence text;

-- What the shop reports happened once, whoever did it.
create unique index attempt_event on attempt (program_id, task, slot) where substr(slot, 1, 6) = 'event/';
