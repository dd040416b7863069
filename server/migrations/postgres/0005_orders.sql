-- Orders as the shop tells them, one document for each of its ids; what was refunded of them; coupons.

create domain order_status as text check (value in ('paid', 'cancelled'));

create table shop_order (
    program_id uuid not null,
    id text not null,
    status order_status not null,
    digest bytea not null,
    body text not null,
    email text,
    -- The form that all spellings of that address's mailbox share.
    mailbox text,
    -- The shop's id of who ordered.
    customer text,
    member_id uuid,
    -- What it earned, if it did; why not, if it did not.
    transfer_id uuid,
    reason text,
    -- When the shop says it was placed.
    placed_at bigint not null,
    total bigint not null,
    -- Money that was given back, and whether the order still counts as one.
    refunded bigint not null,
    counts boolean not null,
    -- How its money, what it earned and the points it was paid with fall on its lines, as JSON.
    split text not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (program_id, id)
);

create index shop_order_member on shop_order (member_id, placed_at, id) where member_id is not null;
create index shop_order_guest on shop_order (program_id, email, id) where member_id is null;
create index shop_order_customer on shop_order (program_id, customer)
    where member_id is null and customer is not null;
create index shop_order_mailbox on shop_order (program_id, mailbox, id) where mailbox is not null;

create table refund (
    program_id uuid not null,
    id text not null,
    order_id text not null,
    digest bytea not null,
    body text not null,
    -- Until its order is there.
    applied boolean not null,
    amount bigint not null,
    reversed bigint not null,
    given_back bigint not null,
    created_at bigint not null,
    primary key (program_id, id)
);

create index refund_order on refund (program_id, order_id, created_at, id);

-- What a member turned into a code. The hold under `hold_id` has the points, unless they were spent at once: then it
-- names the transfer that spent them.
create table coupon (
    program_id uuid not null,
    code text not null,
    id uuid not null unique,
    member_id uuid not null references member (id),
    reward text not null,
    -- The reward's name when it was redeemed, as JSON.
    name text not null,
    -- What it is good for, as JSON.
    terms text not null,
    -- What was paid with: points, or a currency of store credit.
    asset text not null,
    points bigint not null check (points > 0),
    -- Points that the order really takes, once it has the code.
    wanted bigint not null,
    -- Money off, in the smallest unit; 0 where it gives no fixed amount.
    amount bigint not null,
    currency text not null,
    state text not null check (state in ('making', 'open', 'reserved', 'used', 'ending', 'released', 'lapsed')),
    hold_id uuid not null,
    order_id text,
    -- When it was first reserved for that order, later than all codes that were reserved for it before.
    reserved_at bigint,
    -- The transfer that took the points: the hold, or a later one if an order used a code that had lapsed.
    taken_id uuid not null,
    -- Points that refunds gave back since.
    returned bigint not null,
    -- How it is spread over the lines of the order, as JSON, and what it takes off delivery.
    lines text not null,
    shipping bigint not null,
    -- The connection that makes it in the shop, if one does, and its own id of the code.
    connection text,
    outside text,
    -- Why its points are to come back once it is useless in the shop.
    cause text,
    -- How it is shown, where that is not in capitals.
    shown text,
    expires_at bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (program_id, code)
);

create index coupon_member on coupon (member_id, created_at, id);
create index coupon_due on coupon (expires_at, id) where state in ('open', 'reserved');
create index coupon_hold on coupon (hold_id);
create index coupon_order on coupon (program_id, order_id, code) where order_id is not null;
