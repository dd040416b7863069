-- Attempts at tasks, and what proves them.

create table attempt (
    id uuid primary key,
    program_id uuid not null,
    member_id uuid not null references member (id),
    task text not null,
    -- The occasion that a limit counts; empty once the attempt has failed, so that it may be tried anew.
    slot text,
    state text not null check (state in ('started', 'checking', 'held', 'earned', 'rejected', 'expired', 'reversed')),
    reason text,
    address text,
    points bigint not null,
    proof text check (proof in ('declared', 'observed', 'confirmed', 'verified')),
    transfer_id uuid,
    available_at bigint,
    started_at bigint not null,
    updated_at bigint not null,
    expires_at bigint,
    -- When the last confirmation was sent.
    sent_at bigint,
    unique (member_id, task, slot)
);

create index attempt_transfer on attempt (transfer_id);
create index attempt_expiry on attempt (state, expires_at);

-- Single-use links in mails. Only a digest is kept.
create table link (
    digest bytea primary key,
    program_id uuid not null references program (id),
    purpose text not null check (purpose in ('confirm', 'unsubscribe')),
    attempt_id uuid references attempt (id),
    email text not null,
    locale text not null,
    consent text not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);

create index link_attempt on link (attempt_id, created_at);

-- Both steps of a double opt-in: what was agreed to, when, and where it came from.
create table consent (
    program_id uuid not null references program (id),
    email text not null,
    step text not null check (step in ('asked', 'confirmed', 'withdrawn')),
    text text not null,
    locale text not null,
    source text not null,
    created_at bigint not null,
    primary key (program_id, email, step, created_at)
);

create table subscription (
    program_id uuid not null references program (id),
    email text not null,
    subscribed boolean not null,
    updated_at bigint not null,
    primary key (program_id, email)
);
