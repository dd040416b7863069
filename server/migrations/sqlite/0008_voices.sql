-- What members say and do here, and what people of the shop decide about it.

-- What a person said with a decision about an attempt, for the member to read.
alter table attempt add column note text;

-- An attempt that a person has to decide about, and what they decided. Until then nothing of it is in the ledger.
create table decision (
    attempt_id blob primary key references attempt (id),
    program_id blob not null,
    queue text not null check (queue in ('review', 'signals')),
    -- Why it waits: a list of `{code, detail}`, as JSON.
    signals text not null,
    -- What had been proven before: fields that matter, as JSON.
    evidence text,
    asked_at integer not null,
    decided_at integer,
    verdict text check (verdict in ('accepted', 'refused')),
    -- What the member is told with a refusal.
    note text,
    -- Who decided: `owner`, or an API key's name.
    decided_by text
) strict;

create index decision_open on decision (program_id, asked_at, attempt_id) where decided_at is null;
create index decision_past on decision (program_id, decided_at, attempt_id) where decided_at is not null;

-- Invitations to the page of decisions, used once, and what they open. Only digests are kept.
create table owner_link (
    digest blob primary key,
    program_id blob not null references program (id),
    created_at integer not null,
    expires_at integer not null,
    used_at integer
) strict;

create table owner_session (
    digest blob primary key,
    program_id blob not null references program (id),
    created_at integer not null,
    -- Renewed by use, until `ends_at` at most.
    expires_at integer not null,
    ends_at integer not null
) strict;

create index owner_session_end on owner_session (ends_at);

-- Reviews of bought products. One stands here once it is sent; it is public from `published_at` to `removed_at`.
create table review (
    attempt_id blob primary key references attempt (id),
    program_id blob not null,
    member_id blob not null references member (id),
    sku text not null,
    order_id text not null,
    stars integer not null check (stars between 1 and 5),
    text text not null,
    author text not null,
    locale text not null,
    created_at integer not null,
    published_at integer,
    removed_at integer
) strict;

create index review_product on review (program_id, sku, published_at, attempt_id, stars)
    where published_at is not null and removed_at is null;

-- Their photos, as they were encoded here anew.
create table review_photo (
    id blob primary key,
    attempt_id blob not null references attempt (id),
    program_id blob not null,
    position integer not null,
    width integer not null,
    height integer not null,
    bytes blob not null,
    created_at integer not null,
    unique (attempt_id, position)
) strict;

-- Answers to surveys: the number, or the words.
create table answer (
    attempt_id blob not null references attempt (id),
    program_id blob not null,
    question text not null,
    number integer,
    text text,
    created_at integer not null,
    primary key (attempt_id, question)
) strict, without rowid;

create index answer_program on answer (program_id);

-- What members write to the shop, answered in one place.
create table thread (
    id blob primary key,
    program_id blob not null references program (id),
    member_id blob not null references member (id),
    opened_at integer not null,
    -- When the shop first answered.
    answered_at integer,
    -- When somebody last wrote.
    written_at integer not null,
    waits_for text not null check (waits_for = 'shop' or waits_for = 'member' or waits_for = 'nobody'),
    -- Until when an answer was promised, while it waits for the shop.
    promised_by integer,
    -- How many there are, and up to which of them the member has seen it.
    messages integer not null,
    seen integer not null,
    check ((waits_for = 'shop') = (promised_by is not null))
) strict;

create index thread_member on thread (member_id, written_at, id);
create index thread_waiting on thread (program_id, promised_by, id) where waits_for = 'shop';
create index thread_answered on thread (program_id, written_at, id) where waits_for <> 'shop';

create table thread_message (
    thread_id blob not null references thread (id),
    number integer not null,
    author text not null check (author in ('member', 'shop')),
    text text not null,
    created_at integer not null,
    primary key (thread_id, number)
) strict;

-- Links that members pass on, and the first time that somebody else opened one.
create table share_link (
    code text primary key,
    program_id blob not null,
    attempt_id blob not null unique references attempt (id),
    -- Known by this, the browser it was made in does not count.
    browser blob not null,
    created_at integer not null,
    opened_at integer
) strict;

-- Files of a programme that downloads hand out, in parts.
create table shop_file (
    program_id blob not null references program (id),
    name text not null,
    media_type text not null,
    size integer not null,
    digest blob not null,
    created_at integer not null,
    primary key (program_id, name)
) strict, without rowid;

create table shop_file_part (
    program_id blob not null,
    name text not null,
    number integer not null,
    bytes blob not null,
    primary key (program_id, name, number)
) strict;

-- Links that hand a file out until it has arrived whole, once. Only a digest is kept.
create table download (
    digest blob primary key,
    program_id blob not null,
    attempt_id blob not null references attempt (id),
    created_at integer not null,
    expires_at integer not null,
    served_at integer
) strict;

create index download_attempt on download (attempt_id);

-- Sign-ins that are done by writing to the shop's account: the code that is written, who wrote it (sealed), and
-- what the digits are known by that were written back.
alter table linking add column message_code text;
alter table linking add column account blob;
alter table linking add column answer blob;
alter table linking add column replies integer not null default 0;
alter table linking add column tries integer not null default 0;

create index linking_message on linking (message_code) where message_code is not null;

-- The form that all spellings of a mailbox share, so that the same one is noticed when it comes again.
alter table subscription add column canonical text;

create index subscription_canonical on subscription (program_id, canonical);
create index attempt_address on attempt (address) where address is not null;

-- Whether a server is asking. What is only waited for may be asked sooner, when a hook gives reason to.
alter table verification add column taken integer not null default 0 check (taken in (0, 1));

-- How far the orders of a shop's platform were read, since its hooks get lost.
create table pulled (
    program_id blob not null references program (id),
    connection text not null,
    -- The newest change that was read, by the platform's own clock.
    until integer not null,
    -- Not before then; also the lease of the server that is reading.
    due_at integer not null,
    -- How often in a row that failed.
    failures integer not null,
    primary key (program_id, connection)
) strict, without rowid;

-- Reviews on other services that earned, each once.
create table outside_review (
    program_id blob not null,
    connection text not null,
    -- The service's own id of it.
    review text not null,
    attempt_id blob not null references attempt (id),
    created_at integer not null,
    primary key (program_id, connection, review)
) strict, without rowid;

-- The tokens that came of a shop's refresh token, sealed, beside the secrets that it gave: how often they were written
-- down, and until when one server has the right to renew them.
alter table connection add column tokens blob;
alter table connection add column renewals integer not null default 0;
alter table connection add column renewing_until integer not null default 0;

-- Sign-ins elsewhere by which shoppers become known here. The panel that began one has its secret, and the window that
-- it opened another. Who signed in is told to whoever has the first, once.
create table sign_in (
    -- Of the panel's secret.
    digest blob primary key,
    -- Of the window's.
    place blob not null unique,
    program_id blob not null references program (id),
    connection text not null,
    locale text not null,
    -- What has to be known again when the shopper comes back.
    sealed blob not null,
    -- Who they are, once they have come back, as JSON.
    claims text,
    created_at integer not null,
    expires_at integer not null,
    returned_at integer,
    -- When it led to a session, or to nothing.
    used_at integer
) strict;

create index sign_in_end on sign_in (expires_at);
