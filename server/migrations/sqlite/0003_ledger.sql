-- The ledger. A transfer moves an amount between two accounts of one member's programme; only the
-- member's own accounts (available and held) keep a balance row, programme totals are derived.

create table account (
    member_id blob not null references member (id),
    asset text not null,
    available integer not null,
    held integer not null,
    -- How many transfers the account has had; the number of the newest.
    transfers integer not null,
    primary key (member_id, asset)
) strict;

create table transfer (
    id blob primary key,
    program_id blob not null references program (id),
    member_id blob not null references member (id),
    asset text not null,
    -- The account's own count, from 1 without a gap, in the order of commits.
    number integer not null,
    amount integer not null check (amount > 0),
    source text not null check (source in ('available', 'held', 'issued', 'redeemed', 'expired', 'adjusted')),
    target text not null check (target in ('available', 'held', 'issued', 'redeemed', 'expired', 'adjusted')),
    -- The hold that this transfer posts or voids.
    hold_id blob references transfer (id),
    -- The transfer that this one takes back.
    corrects_id blob references transfer (id),
    -- The version of the rules that decided it.
    version integer not null,
    proof text check (proof in ('declared', 'observed', 'confirmed', 'verified')),
    evidence text,
    explanation text not null,
    -- The member's available balance once this transfer stands.
    balance_after integer not null,
    -- For a hold: when it falls due.
    available_at integer,
    created_at integer not null,
    check (source <> target),
    unique (member_id, asset, number)
) strict;

create index transfer_hold on transfer (hold_id);
create index transfer_corrects on transfer (corrects_id);

-- Whether a hold is still open. Resolved once, by a conditional update.
create table hold (
    transfer_id blob primary key references transfer (id),
    member_id blob not null references member (id),
    state text not null check (state in ('pending', 'posted', 'voided')),
    due_at integer not null,
    resolved_at integer
) strict;

create index hold_due on hold (state, due_at, transfer_id);

-- What a caller was told, kept in the transaction of its effect.
create table idempotency (
    program_id blob not null references program (id),
    principal text not null,
    key text not null,
    request blob not null,
    answer text not null,
    created_at integer not null,
    primary key (program_id, principal, key)
) strict;

create trigger transfer_no_update before update on transfer begin
    select raise(abort, 'a transfer is never changed');
end;

create trigger transfer_no_delete before delete on transfer begin
    select raise(abort, 'a transfer is never deleted');
end;
