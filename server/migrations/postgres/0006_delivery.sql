-- What leaves: news for open pages, and mails.

create domain event_kind as text check (value in ('expiring', 'tier', 'attempt', 'profile', 'thread', 'credit', 'code'));

-- What a member is told beside their transfers, which tell of themselves.
create table event (
    member_id uuid not null,
    -- Its place among all that the member is told: the transfers that their account had had by then, and the
    -- events up to this one.
    number bigint not null,
    -- How many transfers those are.
    transfers bigint not null,
    kind event_kind not null,
    -- Points that will run out.
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
