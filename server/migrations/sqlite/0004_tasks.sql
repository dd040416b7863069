-- Attempts at tasks, and what proves them.

create table attempt (
    id blob primary key,
    program_id blob not null,
    member_id blob not null references member (id),
    task text not null,
    -- The occasion that a limit counts; empty once the attempt has failed, so that it may be tried anew.
    slot text,
    state text not null check (
        state = 'started' or state = 'checking' or state = 'held' or state = 'earned' or state = 'rejected'
        or state = 'expired' or state = 'reversed'
    ),
    reason text,
    address text,
    points integer not null,
    proof text check (
        proof = 'declared' or proof = 'observed' or proof = 'confirmed' or proof = 'verified'
    ),
    transfer_id blob,
    available_at integer,
    started_at integer not null,
    updated_at integer not null,
    expires_at integer,
    -- When the last confirmation was sent.
    sent_at integer,
    unique (member_id, task, slot)
) strict;

create index attempt_transfer on attempt (transfer_id);
create index attempt_expiry on attempt (state, expires_at);

-- Single-use links in mails. Only a digest is kept.
create table link (
    digest blob primary key,
    program_id blob not null references program (id),
    purpose text not null check (purpose in ('confirm', 'unsubscribe')),
    attempt_id blob references attempt (id),
    email text not null,
    locale text not null,
    consent text not null,
    created_at integer not null,
    expires_at integer not null,
    used_at integer
) strict;

create index link_attempt on link (attempt_id, created_at);

-- Both steps of a double opt-in: what was agreed to, when, and where it came from.
create table consent (
    program_id blob not null references program (id),
    email text not null,
    step text not null check (step = 'asked' or step = 'confirmed' or step = 'withdrawn'),
    text text not null,
    locale text not null,
    source text not null,
    created_at integer not null,
    primary key (program_id, email, step, created_at)
) strict;

create table subscription (
    program_id blob not null references program (id),
    email text not null,
    subscribed integer check (subscribed in (0, 1)) not null,
    updated_at integer not null,
    primary key (program_id, email)
) strict;
