-- Makes many contacts and activities of the ones that stand, each with other people, firms, owners
-- and numbers, and with the keys that the product would have made of them. What it needs to know
-- stands in `bench_people` (user_id, first, beyond: which of 10,000 accounts are theirs) and
-- `bench_plan` (times, busy).

-- Each account gets its owner, and all that belongs to it the same.
CREATE TEMP TABLE bench_firms ON COMMIT DROP AS
SELECT a.id, p.user_id AS owner_id
FROM (SELECT id, (hashtext('owner ' || row_number() OVER (ORDER BY id)) & 2147483647) % 10000
             AS drawn FROM accounts) AS a
JOIN bench_people AS p ON a.drawn >= p.first AND a.drawn < p.beyond;
ANALYZE bench_firms;
UPDATE accounts AS a SET owner_id = f.owner_id, created_by_id = f.owner_id
FROM bench_firms AS f WHERE f.id = a.id;
-- Fields of the workspace's own hold a choice of five, and a number.
UPDATE contacts AS c SET owner_id = f.owner_id, created_by_id = f.owner_id,
    custom = jsonb_build_object(
        'x_grade', substr('abcde', 1 + (hashtext(c.id::text) & 2147483647) % 5, 1),
        'x_score', (hashtext('score ' || c.id) & 2147483647) % 100000
    )
FROM bench_firms AS f WHERE f.id = c.account_id;

-- The own part of a contact's keys and that of its firm stand apart by the character 31.
CREATE TEMP TABLE bench_seeds ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY id) - 1 AS number, c.*,
       split_part(search_text, E'\n\x1f', 1) AS own_text,
       substr(search_text, length(split_part(search_text, E'\n\x1f', 1)) + 1) AS firm_text,
       ARRAY(SELECT g FROM unnest(search_grams) AS g WHERE left(g, 1) <> E'\x1f') AS own_grams,
       ARRAY(SELECT g FROM unnest(search_grams) AS g WHERE left(g, 1) = E'\x1f') AS firm_grams
FROM contacts AS c;
CREATE UNIQUE INDEX ON bench_seeds (number);
ANALYZE bench_seeds;

CREATE TEMP TABLE bench_new ON COMMIT DROP AS
SELECT uuidv7() AS id, p.id AS like_id, k,
       p.first_name, p.first_name_sort, p.last_name, p.last_name_sort, p.name, p.name_sort,
       p.title, p.title_sort, f.account_id, f.owner_id,
       f.created_at - make_interval(hours => k * 7) AS created_at,
       split_part(p.email, '@', 1) || k || '@' || split_part(f.email, '@', 2) AS email,
       CASE WHEN p.phone LIKE '+861%' THEN left(p.phone, -5) || right(f.phone, 4) || k
            ELSE p.phone END AS phone,
       p.own_text, f.firm_text, p.own_grams || f.firm_grams AS search_grams,
       p.email AS old_email, p.phone AS old_phone
FROM bench_plan,
     generate_series(1, times - 1) AS k
     CROSS JOIN bench_seeds AS p
     JOIN bench_seeds AS f
       ON f.number = (p.number + k * 9973) % (SELECT count(*) FROM bench_seeds);

INSERT INTO contacts (
    id, version, owner_id, created_at, created_by_id, updated_at, updated_by_id,
    first_name, first_name_sort, last_name, last_name_sort, name, name_sort, title, title_sort,
    email, phone, account_id,
    custom, search_text, search_grams
)
SELECT id, 1, owner_id, created_at, owner_id, created_at, owner_id,
       first_name, first_name_sort, last_name, last_name_sort, name, name_sort, title, title_sort,
       email, phone, account_id,
       jsonb_build_object(
           'x_grade', substr('abcde', 1 + (hashtext(id::text) & 2147483647) % 5, 1),
           'x_score', (hashtext('score ' || id) & 2147483647) % 100000
       ),
       replace(replace(own_text, old_email, email), right(old_phone, 7), right(phone, 7))
           || firm_text,
       search_grams
FROM bench_new;

INSERT INTO events (id, record_type, record_id, account_id, verb, actor_id, via, at, changes)
SELECT uuidv7(), 'contact', n.id, n.account_id, 'created', n.owner_id, 'web', n.created_at,
       e.changes || jsonb_build_object('email', jsonb_build_array(NULL, n.email))
FROM bench_new AS n
JOIN events AS e ON e.record_type = 'contact' AND e.record_id = n.like_id AND e.verb = 'created';

-- Every fiftieth activity is about one of the few with whom everybody has to do.
CREATE TEMP TABLE bench_people_met ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY hashtext(id::text), id) - 1 AS number, id, account_id, owner_id
FROM contacts;
CREATE UNIQUE INDEX ON bench_people_met (number);
ANALYZE bench_people_met;
CREATE TEMP TABLE bench_told ON COMMIT DROP AS
SELECT uuidv7() AS new_id, m.id AS with_id, m.account_id AS of_id, m.owner_id AS whose, t.k, a.*
FROM bench_plan
JOIN (SELECT row_number() OVER (ORDER BY id) AS place, activities.* FROM activities) AS a ON true
JOIN generate_series(1, times - 1) AS t (k) ON true
JOIN bench_people_met AS m
  ON m.number = CASE
      WHEN (a.place + t.k) % 50 = 0 THEN a.place % busy
      ELSE (hashtext('met ' || a.place || ' ' || t.k) & 2147483647)
           % (SELECT count(*) FROM bench_people_met) END;
INSERT INTO activities (
    id, version, owner_id, created_at, created_by_id, updated_at, updated_by_id, custom,
    kind, subject, subject_sort, body, way, due_at, done_at, done_by_id, next_at, at, account_id, contact_id,
    search_text, search_grams
)
SELECT new_id, 1, whose, created_at, whose, created_at, whose, '{}',
       kind, subject, subject_sort, body, way, due_at, done_at, whose, next_at,
       at, of_id, with_id, search_text, search_grams
FROM bench_told;
INSERT INTO activity_links (activity_id, record_type, record_id, at)
SELECT new_id, 'contact', with_id, at FROM bench_told
UNION ALL SELECT new_id, 'account', of_id, at FROM bench_told;
INSERT INTO events (id, record_type, record_id, account_id, verb, actor_id, via, at, changes)
SELECT uuidv7(), 'activity', new_id, of_id, 'created', whose, 'web', created_at,
       jsonb_build_object('subject', jsonb_build_array(NULL, subject))
FROM bench_told;

-- The same few were changed again and again.
INSERT INTO events (id, record_type, record_id, account_id, verb, actor_id, via, at, changes)
SELECT uuidv7(), 'contact', m.id, m.account_id, 'updated', m.owner_id, 'web',
       now() - make_interval(hours => 12 * (501 - n)),
       jsonb_build_object('title', jsonb_build_array('Title ' || n, 'Title ' || n + 1))
FROM bench_plan JOIN bench_people_met AS m ON m.number < busy, generate_series(1, 500) AS n;
