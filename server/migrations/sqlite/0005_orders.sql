-- Orders as the shop tells them, one document for each of its ids; what was refunded of them; coupons.

create table shop_order (
    program_id blob not null,
    id text not null,
    status text not null check (status in ('paid', 'cancelled')),
    digest blob not null,
    body text not null,
    email text,
    -- The form that all spellings of that address's mailbox share.
    mailbox text,
    -- The shop's id of who ordered.
    customer text,
    member_id blob,
    -- What it earned, if it did; why not, if it did not.
    transfer_id blob,
    reason text,
    -- When the shop says it was placed.
    placed_at integer not null,
    total integer not null,
    -- Money that was given back, and whether the order still counts as one.
    refunded integer not null,
    counts integer check (counts in (0, 1)) not null,
    -- How its money, what it earned and the points it was paid with fall on its lines, as JSON.
    split text not null,
    created_at integer not null,
    updated_at integer not null,
    primary key (program_id, id)
) strict, without rowid;

create index shop_order_member on shop_order (member_id, placed_at, id) where member_id is not null;
create index shop_order_guest on shop_order (program_id, email, id) where member_id is null;
create index shop_order_customer on shop_order (program_id, customer)
    where member_id is null and customer is not null;
create index shop_order_mailbox on shop_order (program_id, mailbox, id) where mailbox is not null;

create table refund (
    program_id blob not null,
    id text not null,
    order_id text not null,
    digest blob not null,
    body text not null,
    -- Until its order is there.
    applied integer check (applied in (0, 1)) not null,
    amount integer not null,
    reversed integer not null,
    given_back integer not null,
    created_at integer not null,
    primary key (program_id, id)
) strict, without rowid;

create index refund_order on refund (program_id, order_id, created_at, id);

-- What a member turned into a code. The hold under `hold_id` has the points, unless they were spent at once: then it
-- names the transfer that spent them.
create table coupon (
    program_id blob not null,
    code text not null,
    id blob not null unique,
    member_id blob not null references member (id),
    reward text not null,
    -- The reward's name when it was redeemed, as JSON.
    name text not null,
    -- What it is good for, as JSON.
    terms text not null,
    -- What was paid with: points, or a currency of store credit.
    asset text not null,
    points integer not null check (points > 0),
    -- Points that the order really takes, once it has the code.
    wanted integer not null,
    -- Money off, in the smallest unit; 0 where it gives no fixed amount.
    amount integer not null,
    currency text not null,
    state text not null check (
        state = 'making' or state = 'open' or state = 'reserved' or state = 'used' or state = 'ending'
        or state = 'released' or state = 'lapsed'
    ),
    hold_id blob not null,
    order_id text,
    -- When it was first reserved for that order, later than all codes that were reserved for it before.
    reserved_at integer,
    -- The transfer that took the points: the hold, or a later one if an order used a code that had lapsed.
    taken_id blob not null,
    -- Points that refunds gave back since.
    returned integer not null,
    -- How it is spread over the lines of the order, as JSON, and what it takes off delivery.
    lines text not null,
    shipping integer not null,
    -- The connection that makes it in the shop, if one does, and its own id of the code.
    connection text,
    outside text,
    -- Why its points are to come back once it is useless in the shop.
    cause text,
    -- How it is shown, where that is not in capitals.
    shown text,
    expires_at integer not null,
    created_at integer not null,
    updated_at integer not null,
    primary key (program_id, code)
) strict, without rowid;

create index coupon_member on coupon (member_id, created_at, id);
create index coupon_due on coupon (expires_at, id) where state in ('open', 'reserved');
create index coupon_hold on coupon (hold_id);
create index coupon_order on coupon (program_id, order_id, code) where order_id is not null;
