-- What leaves: news for open pages, and mails.

create table event (
    member_id uuid not null references member (id),
    number bigint not null,
    kind text not null check (kind in ('earned', 'held', 'reversed', 'redeemed', 'given_back', 'expired', 'expiring',
        'tier', 'attempt', 'profile')),
    -- The transfer that it tells of, if one was made.
    transfer_id uuid,
    -- Points, where no transfer was made.
    amount bigint,
    tier text,
    -- Whether the move to that tier was downwards.
    down boolean not null,
    task text,
    -- For points that run out: when.
    due_at bigint,
    created_at bigint not null,
    primary key (member_id, number)
);

-- A mail waits here, sealed, in the transaction that asked for it, and goes once it was sent.
create table mail (
    id uuid primary key,
    program_id uuid not null references program (id),
    sealed bytea not null,
    tries bigint not null,
    -- Not before then; also the lease of the server that is sending it.
    due_at bigint not null,
    created_at bigint not null
);

create index mail_due on mail (due_at, id);
