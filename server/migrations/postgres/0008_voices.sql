-- What members say and do here, and what people of the shop decide about it.

-- What a person said with a decision about an attempt, for the member to read.
alter table attempt add column note text;

-- An attempt that a person has to decide about, and what they decided. Until then nothing of it is in the ledger.
create table decision (
    attempt_id uuid primary key references attempt (id),
    program_id uuid not null,
    queue text not null check (queue in ('review', 'signals')),
    -- Why it waits: a list of `{code, detail}`, as JSON.
    signals text not null,
    -- What had been proven before: fields that matter, as JSON.
    evidence text,
    asked_at bigint not null,
    decided_at bigint,
    verdict text check (verdict in ('accepted', 'refused')),
    -- What the member is told with a refusal.
    note text,
    -- Who decided: `owner`, or an API key's name.
    decided_by text
);

create index decision_open on decision (program_id, asked_at, attempt_id) where decided_at is null;
create index decision_past on decision (program_id, decided_at, attempt_id) where decided_at is not null;

-- Invitations to the page of decisions, used once, and what they open. Only digests are kept.
create table owner_link (
    digest bytea primary key,
    program_id uuid not null references program (id),
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);

create table owner_session (
    digest bytea primary key,
    program_id uuid not null references program (id),
    created_at bigint not null,
    -- Renewed by use, until `ends_at` at most.
    expires_at bigint not null,
    ends_at bigint not null
);

create index owner_session_end on owner_session (ends_at);

-- Reviews of bought products. One stands here once it is sent; it is public from `published_at` to `removed_at`.
create table review (
    attempt_id uuid primary key references attempt (id),
    program_id uuid not null,
    member_id uuid not null references member (id),
    sku text not null,
    order_id text not null,
    stars bigint not null check (stars between 1 and 5),
    text text not null,
    author text not null,
    locale text not null,
    created_at bigint not null,
    published_at bigint,
    removed_at bigint
);

create index review_product on review (program_id, sku, published_at, attempt_id, stars)
    where published_at is not null and removed_at is null;

-- Their photos, as they were encoded here anew.
create table review_photo (
    id uuid primary key,
    attempt_id uuid not null references attempt (id),
    program_id uuid not null,
    position bigint not null,
    width bigint not null,
    height bigint not null,
    bytes bytea not null,
    created_at bigint not null,
    unique (attempt_id, position)
);

-- Answers to surveys: the number, or the words.
create table answer (
    attempt_id uuid not null references attempt (id),
    program_id uuid not null,
    question text not null,
    number bigint,
    text text,
    created_at bigint not null,
    primary key (attempt_id, question)
);

create index answer_program on answer (program_id);

-- What members write to the shop, answered in one place.
create table thread (
    id uuid primary key,
    program_id uuid not null references program (id),
    member_id uuid not null references member (id),
    opened_at bigint not null,
    -- When the shop first answered.
    answered_at bigint,
    -- When somebody last wrote.
    written_at bigint not null,
    waits_for text not null check (waits_for in ('shop', 'member', 'nobody')),
    -- Until when an answer was promised, while it waits for the shop.
    promised_by bigint,
    -- How many there are, and up to which of them the member has seen it.
    messages bigint not null,
    seen bigint not null,
    check ((waits_for = 'shop') = (promised_by is not null))
);

create index thread_member on thread (member_id, written_at, id);
create index thread_waiting on thread (program_id, promised_by, id) where waits_for = 'shop';
create index thread_answered on thread (program_id, written_at, id) where waits_for <> 'shop';

create table thread_message (
    thread_id uuid not null references thread (id),
    number bigint not null,
    author text not null check (author in ('member', 'shop')),
    text text not null,
    created_at bigint not null,
    primary key (thread_id, number)
);

-- Links that members pass on, and the first time that somebody else opened one.
create table share_link (
    code text primary key,
    program_id uuid not null,
    attempt_id uuid not null unique references attempt (id),
    -- Known by this, the browser it was made in does not count.
    browser bytea not null,
    created_at bigint not null,
    opened_at bigint
);

-- Files of a programme that downloads hand out, in parts.
create table shop_file (
    program_id uuid not null references program (id),
    name text not null,
    media_type text not null,
    size bigint not null,
    digest bytea not null,
    created_at bigint not null,
    primary key (program_id, name)
);

create table shop_file_part (
    program_id uuid not null,
    name text not null,
    number bigint not null,
    bytes bytea not null,
    primary key (program_id, name, number)
);

-- Links that hand a file out until it has arrived whole, once. Only a digest is kept.
create table download (
    digest bytea primary key,
    program_id uuid not null,
    attempt_id uuid not null references attempt (id),
    created_at bigint not null,
    expires_at bigint not null,
    served_at bigint
);

create index download_attempt on download (attempt_id);

-- Sign-ins that are done by writing to the shop's account: the code that is written, who wrote it (sealed), and
-- what the digits are known by that were written back.
alter table linking add column message_code text;
alter table linking add column account bytea;
alter table linking add column answer bytea;
alter table linking add column replies bigint not null default 0;
alter table linking add column tries bigint not null default 0;

create index linking_message on linking (message_code) where message_code is not null;

-- The form that all spellings of a mailbox share, so that the same one is noticed when it comes again.
alter table subscription add column canonical text;

create index subscription_canonical on subscription (program_id, canonical);
create index attempt_address on attempt (address) where address is not null;

-- Whether a server is asking. What is only waited for may be asked sooner, when a hook gives reason to.
alter table verification add column taken boolean not null default false;

-- How far the orders of a shop's platform were read, since its hooks get lost.
create table pulled (
    program_id uuid not null references program (id),
    connection text not null,
    -- The newest change that was read, by the platform's own clock.
    until bigint not null,
    -- Not before then; also the lease of the server that is reading.
    due_at bigint not null,
    -- How often in a row that failed.
    failures bigint not null,
    primary key (program_id, connection)
);

-- Reviews on other services that earned, each once.
create table outside_review (
    program_id uuid not null,
    connection text not null,
    -- The service's own id of it.
    review text not null,
    attempt_id uuid not null references attempt (id),
    created_at bigint not null,
    primary key (program_id, connection, review)
);

-- The tokens that came of a shop's refresh token, sealed, beside the secrets that it gave: how often they were written
-- down, and until when one server has the right to renew them.
alter table connection add column tokens bytea;
alter table connection add column renewals bigint not null default 0;
alter table connection add column renewing_until bigint not null default 0;

-- Sign-ins elsewhere by which shoppers become known here. The panel that began one has its secret, and the window that
-- it opened another. Who signed in is told to whoever has the first, once.
create table sign_in (
    -- Of the panel's secret.
    digest bytea primary key,
    -- Of the window's.
    place bytea not null unique,
    program_id uuid not null references program (id),
    connection text not null,
    locale text not null,
    -- What has to be known again when the shopper comes back.
    sealed bytea not null,
    -- Who they are, once they have come back, as JSON.
    claims text,
    created_at bigint not null,
    expires_at bigint not null,
    returned_at bigint,
    -- When it led to a session, or to nothing.
    used_at bigint
);

create index sign_in_end on sign_in (expires_at);
