-- What leaves: news for open pages, and mails.

-- What a member is told beside their transfers, which tell of themselves.
create table event (
    member_id blob not null,
    -- Its place among all that the member is told: the transfers that their account had had by then, and the
    -- events up to this one.
    number integer not null,
    -- How many transfers those are.
    transfers integer not null,
    kind text not null check (
        kind = 'expiring' or kind = 'tier' or kind = 'attempt' or kind = 'profile' or kind = 'thread'
        or kind = 'credit' or kind = 'code'
    ),
    -- Points that will run out.
    amount integer,
    tier text,
    -- Whether the move to that tier was downwards.
    down integer check (down in (0, 1)) not null,
    task text,
    -- For points that run out: when.
    due_at integer,
    created_at integer not null,
    primary key (member_id, number)
) strict, without rowid;

-- A mail waits here, sealed, in the transaction that asked for it, and goes once it was sent.
create table mail (
    id blob primary key,
    program_id blob not null references program (id),
    sealed blob not null,
    tries integer not null,
    -- Not before then; also the lease of the server that is sending it.
    due_at integer not null,
    created_at integer not null
) strict;

create index mail_due on mail (due_at, id);
