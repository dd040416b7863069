-- What is limited of rewards, codes that the shop has uploaded or that are made in the shop, and members who bring
-- friends.

-- How many of a reward are given out, where there is an end, and, under `{reward}/codes`, how many of its codes that
-- were uploaded. Locked after the account.
create table reward_stock (
    program_id blob not null,
    reward text not null,
    taken integer not null check (taken >= 0),
    primary key (program_id, reward)
) strict, without rowid;

-- Codes that the shop has uploaded, in the order in which they are given out: the n-th goes to whoever is the n-th to
-- take one. A code that was given out is never given out again.
create table pool_code (
    program_id blob not null,
    reward text not null,
    -- From 1 without a gap.
    number integer not null,
    -- In capitals, as it is looked up.
    code text not null,
    -- As it was uploaded.
    shown text not null,
    created_at integer not null,
    primary key (program_id, reward, number)
) strict, without rowid;

create unique index pool_code_code on pool_code (program_id, code);

-- Codes that are to be made in the shop, or to be made useless there. Taken by moving `due_at`.
create table code_job (
    coupon_id blob primary key,
    program_id blob not null,
    connection text not null,
    verb text not null check (verb in ('make', 'end')),
    tries integer not null,
    due_at integer not null,
    -- Which try has it, so that one that was given up settles nothing; 0: none.
    lease integer not null,
    -- Whether a try got no clear answer, so that the code may be there all the same.
    unclear integer check (unclear in (0, 1)) not null,
    -- What the service said last.
    problem text,
    created_at integer not null
) strict, without rowid;

create index code_job_due on code_job (due_at, coupon_id);

-- Codes of members, unique on the server, in small letters. Old ones go on working.
create table referral_code (
    code text primary key,
    program_id blob not null,
    member_id blob not null,
    -- As it is shown.
    shown text not null,
    created_at integer not null
) strict, without rowid;

create index referral_code_member on referral_code (member_id, created_at, code);

-- One friend: from the gift, or from the order where there was none, to the reward.
create table referral (
    id blob primary key,
    program_id blob not null,
    advocate_id blob not null,
    -- The advocate's own count, from 1 without a gap.
    number integer not null,
    stage text not null check (
        stage = 'gift' or stage = 'waiting' or stage = 'checking' or stage = 'rewarded' or stage = 'refused'
        or stage = 'reversed' or stage = 'lapsed'
    ),
    -- How it was found out whose friend it is.
    found_by text not null check (found_by = 'gift' or found_by = 'code' or found_by = 'email'),
    reason text,
    -- A person's words.
    note text,
    -- The gift: its code, what it is good for and its name, as JSON, where it stands and how it falls on the order.
    gift_code text,
    gift_terms text,
    gift_name text,
    gift_state text check (
        gift_state = 'open' or gift_state = 'reserved' or gift_state = 'used' or gift_state = 'released'
        or gift_state = 'lapsed'
    ),
    gift_lines text,
    gift_shipping integer not null,
    gift_order text,
    -- When it was first reserved for that order; see `coupon.reserved_at`.
    gift_reserved_at integer,
    expires_at integer not null,
    -- The friend: their address, canonical, as far as they gave one; where the gift was taken from, as a keyed digest
    -- that is forgotten after 90 days; and the member that they are.
    friend_email text,
    source blob,
    friend_id blob,
    -- The order that counts, and what is the same for the same address and card.
    order_id text,
    address_hash text,
    card_hash text,
    -- What was noticed, as JSON, and the sum of the weights.
    signals text not null,
    score integer not null,
    -- What the advocate says.
    appeal text,
    -- Who decided, if a person did.
    decided_by text,
    -- What the order has to come to, as it was promised.
    minimum integer not null,
    points integer not null,
    friend_points integer not null,
    -- The campaign that was on, as JSON.
    campaign text,
    -- The transfers that paid both.
    transfer_id blob,
    friend_transfer_id blob,
    -- When both are to be paid.
    due_at integer,
    created_at integer not null,
    updated_at integer not null
) strict, without rowid;

create unique index referral_gift on referral (program_id, gift_code) where gift_code is not null;
create unique index referral_order on referral (program_id, order_id) where order_id is not null;
create unique index referral_advocate on referral (advocate_id, number);
create index referral_due on referral (due_at, id) where stage = 'waiting';
create index referral_ends on referral (expires_at, id) where stage = 'gift';
create index referral_asks on referral (program_id, updated_at, id) where stage = 'checking';
create index referral_reserved on referral (program_id, gift_order) where gift_order is not null;
create index referral_friend on referral (program_id, friend_email, id) where friend_email is not null;
create index referral_member on referral (friend_id, id) where friend_id is not null;
create index referral_ended on referral (updated_at, id)
    where friend_email is not null and stage in ('lapsed', 'refused', 'reversed');
create index referral_source on referral (created_at, id) where source is not null;

-- Without numbers the planner takes the programme for as good a key as any other, and walks through all of its coupons
-- and orders where an index leads to one. Nobody counts them: these say only which key is good. The first line makes
-- the table, the last has this connection read it; others read it when they open.
analyze sqlite_schema;
insert into sqlite_stat1 (tbl, idx, stat) values
    ('coupon', 'coupon', '1000000 1000000 1'),
    ('coupon', 'coupon_order', '1000000 1000000 1 1'),
    ('shop_order', 'shop_order', '1000000 1000000 1'),
    ('shop_order', 'shop_order_mailbox', '1000000 1000000 2 1'),
    ('shop_order', 'shop_order_customer', '1000000 1000000 2'),
    ('shop_order', 'shop_order_guest', '1000000 1000000 2 1'),
    ('refund', 'refund', '1000000 1000000 1'),
    ('refund', 'refund_order', '1000000 1000000 1 1 1');
analyze sqlite_schema;
