-- Orders as the shop tells them, one document for each of its ids.

create table shop_order (
    program_id uuid not null references program (id),
    id text not null,
    status text not null check (status in ('paid', 'cancelled')),
    digest bytea not null,
    body text not null,
    email text,
    member_id uuid references member (id),
    -- What it earned, if it did; why not, if it did not.
    transfer_id uuid references transfer (id),
    reason text,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (program_id, id)
);

create index shop_order_member on shop_order (member_id, created_at, id);
create index shop_order_email on shop_order (program_id, email);
