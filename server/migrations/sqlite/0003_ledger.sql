-- The ledger. A transfer moves an amount between two accounts of one member's programme; only the
-- member's own accounts (available, held, reserved) keep a balance row, programme totals are derived.

create table account (
    member_id blob not null references member (id),
    asset text not null,
    available integer not null,
    -- Earned, and waiting for its day.
    held integer not null check (held >= 0),
    -- Set aside for coupons.
    reserved integer not null check (reserved >= 0),
    -- How many transfers the account has had; the number of the newest.
    transfers integer not null,
    -- When the member last earned or spent.
    active_at integer not null,
    -- When something of this account next falls due: a hold, points that run out, or a warning of it. May
    -- be too early, never too late.
    look_at integer,
    -- What the member's tier goes by: counted here, beside the points, since almost every movement changes
    -- both, and one row is written more cheaply than two. And how many events there are, which share one
    -- count with the transfers.
    points_earned integer not null,
    amount_spent integer not null,
    orders integer not null,
    events integer not null,
    primary key (member_id, asset)
) strict, without rowid;

create index account_look on account (look_at, member_id, asset) where look_at is not null;

create table transfer (
    -- Rises with every transfer. In the order of commits once nothing is being written.
    seq integer primary key,
    id blob not null unique,
    program_id blob not null,
    member_id blob not null,
    asset text not null,
    -- The account's own count, from 1 without a gap, in the order of commits.
    number integer not null,
    amount integer not null check (amount > 0),
    source text not null check (
        source = 'available' or source = 'held' or source = 'reserved' or source = 'issued'
        or source = 'redeemed' or source = 'expired' or source = 'adjusted'
    ),
    target text not null check (
        target = 'available' or target = 'held' or target = 'reserved' or target = 'issued'
        or target = 'redeemed' or target = 'expired' or target = 'adjusted'
    ),
    -- The hold that this transfer posts or voids, in part or whole.
    hold_id blob,
    -- The transfer that this one takes back, in part or whole.
    corrects_id blob,
    -- The version of the rules that decided it.
    version integer not null,
    proof text check (
        proof = 'declared' or proof = 'observed' or proof = 'confirmed' or proof = 'verified'
    ),
    -- The member's available balance once this transfer stands.
    balance_after integer not null,
    -- For a hold: when it falls due.
    available_at integer,
    -- For earned points: when they run out, if that is a date.
    expires_at integer,
    -- Why: an explanation, and what showed it. They may name things of the member's life, so they can be
    -- erased (the explanation is empty then), and only that. A salted digest of both stays, and with it
    -- the chain.
    salt blob not null,
    explanation text not null,
    evidence text,
    digest blob not null,
    created_at integer not null,
    check (source <> target),
    unique (member_id, asset, number)
) strict;

create index transfer_hold on transfer (hold_id) where hold_id is not null;
create index transfer_corrects on transfer (corrects_id) where corrects_id is not null;

-- Points that wait, and coupons' points. Each is posted or voided once; a refund may lower it before.
create table hold (
    transfer_id blob primary key,
    member_id blob not null,
    asset text not null,
    kind text not null check (kind in ('earning', 'coupon')),
    state text not null check (state = 'pending' or state = 'posted' or state = 'voided'),
    remaining integer not null check (remaining >= 0),
    due_at integer not null,
    -- For the lot that it becomes.
    idle_months integer,
    resolved_at integer,
    -- Once an earning is posted: the member's available balance after that.
    balance_after integer
) strict, without rowid;

create index hold_due on hold (due_at, transfer_id) where state = 'pending';
create index hold_member on hold (member_id) where state = 'pending';

-- What is left of each earning. Spending takes the lot that runs out first.
create table lot (
    member_id blob not null,
    -- The transfer that earned it (its hold, if it waited), or that gave it back.
    id blob not null,
    asset text not null,
    amount integer not null check (amount > 0),
    remaining integer not null check (remaining between 0 and amount),
    expired integer not null check (expired >= 0),
    -- What refunds took back of it, from wherever it came.
    taken_back integer not null check (taken_back between 0 and amount),
    -- Whether it counts towards tiers.
    counts integer check (counts in (0, 1)) not null,
    opened_at integer not null,
    expires_at integer,
    -- Instead of a date: it runs out so many months after the last activity.
    idle_months integer,
    -- Points came back into it after it had run out: it ends with their grace.
    late integer check (late in (0, 1)) not null,
    warned integer check (warned in (0, 1)) not null,
    primary key (member_id, id)
) strict, without rowid;

-- What a transfer took from a lot (below zero) or put back into it.
create table lot_move (
    transfer_id blob not null,
    lot_id blob not null,
    amount integer not null check (amount <> 0),
    primary key (transfer_id, lot_id)
) strict, without rowid;

-- Tiers that welcomed a member with points. Undone when a refund undoes the upgrade.
create table tier_entry (
    member_id blob not null references member (id),
    tier text not null,
    transfer_id blob,
    undone integer check (undone in (0, 1)) not null,
    primary key (member_id, tier)
) strict, without rowid;

-- The hash chain of each programme, sealed beside the work in the order of commits.
create table seal (
    program_id blob not null references program (id),
    number integer not null,
    -- How many transfers this link covers, and the last of them.
    transfers integer not null,
    last_id blob not null,
    head blob not null,
    created_at integer not null,
    primary key (program_id, number)
) strict, without rowid;

-- What a caller was told, kept in the transaction of its effect.
create table idempotency (
    program_id blob not null,
    principal text not null,
    key text not null,
    request blob not null,
    answer text not null,
    created_at integer not null,
    primary key (program_id, principal, key)
) strict, without rowid;

create trigger transfer_no_update before update on transfer
when new.explanation <> '' or new.evidence is not null
    or (new.seq, new.id, new.program_id, new.member_id, new.asset, new.number, new.amount, new.source, new.target,
        new.hold_id, new.corrects_id, new.version, new.proof, new.balance_after, new.available_at, new.expires_at,
        new.salt, new.digest, new.created_at)
    is not (old.seq, old.id, old.program_id, old.member_id, old.asset, old.number, old.amount, old.source, old.target,
        old.hold_id, old.corrects_id, old.version, old.proof, old.balance_after, old.available_at, old.expires_at,
        old.salt, old.digest, old.created_at) begin
    select raise(abort, 'a transfer is never changed, only its reason erased');
end;

create trigger transfer_no_delete before delete on transfer begin
    select raise(abort, 'a transfer is never deleted');
end;

create trigger seal_no_update before update on seal begin
    select raise(abort, 'a seal is never changed');
end;

create trigger seal_no_delete before delete on seal begin
    select raise(abort, 'a seal is never deleted');
end;
