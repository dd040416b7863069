-- Orders as the shop tells them, one document for each of its ids.

create table shop_order (
    program_id blob not null references program (id),
    id text not null,
    status text not null check (status in ('paid', 'cancelled')),
    digest blob not null,
    body text not null,
    email text,
    member_id blob references member (id),
    -- What it earned, if it did; why not, if it did not.
    transfer_id blob references transfer (id),
    reason text,
    created_at integer not null,
    updated_at integer not null,
    primary key (program_id, id)
) strict;

create index shop_order_member on shop_order (member_id, created_at, id);
create index shop_order_email on shop_order (program_id, email);
