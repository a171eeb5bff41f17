-- 200,000 readers, what they agreed to, and ten issues: 2,000,000 letters.

INSERT INTO newsletter_topic (name, slug, description, position, offered)
SELECT 'Topic ' || n, 'topic-' || n, '', n, true FROM generate_series(1, 5) n;

INSERT INTO newsletter_subscriber
    (email, address_hash, key, status, language, created_at, joined_at, left_at, soft_bounces)
SELECT CASE x.status WHEN 'erased' THEN '' ELSE x.email END, pg_temp.keyed_hash(x.email), md5('k' || n),
       x.status, 'en', x.at, x.at + interval '5 min',
       CASE WHEN x.status <> 'active' THEN now() - n % 364 * interval '1 day' END, 0
  FROM generate_series(1::bigint, @subscribers) n
       CROSS JOIN LATERAL (SELECT pg_temp.address(n * 3) AS email,
                       now() - (@subscribers - n) * @past_days / @subscribers * interval '1 day' AS at,
                       ('{active,active,active,active,active,active,active,left,bounced,erased}'
                        ::text[])[1 + n % 10] AS status) x;
-- A night's addresses whose period is over.
UPDATE newsletter_subscriber SET left_at = now() - interval '366 days'
 WHERE status = 'left' AND id % 1000 = 7;

INSERT INTO newsletter_subscriber_topics (subscriber_id, topic_id)
SELECT s.id, t.id FROM newsletter_subscriber s, newsletter_topic t WHERE (s.id + t.id) % 7 = 0;

INSERT INTO newsletter_consent
    (subscriber_id, kind, address_hash, text_id, asked_at, at, page, how, issue)
SELECT s.id, x.kind, s.address_hash, CASE x.kind WHEN 'confirmed' THEN text.id END,
       CASE x.kind WHEN 'confirmed' THEN s.created_at END, coalesce(x.at, s.created_at),
       'newsletter:confirm', '', 0
  FROM newsletter_subscriber s, (SELECT max(id) AS id FROM newsletter_consenttext) text
       CROSS JOIN LATERAL (SELECT 'confirmed' AS kind, s.joined_at AS at
                UNION ALL SELECT 'left', s.left_at WHERE s.status = 'left'
                UNION ALL SELECT 'bounced', s.left_at WHERE s.status = 'bounced'
                UNION ALL SELECT 'erased', s.left_at WHERE s.status = 'erased'
                UNION ALL SELECT kind, s.joined_at + interval '9 days'
                            FROM unnest('{left,confirmed}'::text[]) kind WHERE s.id % 2 = 0) x
 ORDER BY 6;

INSERT INTO newsletter_origin (consent_id, email, network)
SELECT c.id, s.email, '192.0.2.0/24' FROM newsletter_consent c
  JOIN newsletter_subscriber s ON s.id = c.subscriber_id
 WHERE c.kind = 'confirmed' AND s.status <> 'erased';

INSERT INTO newsletter_confirmation
    (email, address_hash, token_hash, text_id, page, network, language, asked_at, expires_at,
     confirmed_at)
SELECT CASE WHEN x.at > now() - interval '30 days' AND n % 3 > 0 THEN x.email ELSE '' END,
       pg_temp.keyed_hash(x.email), md5('t' || n) || md5('u' || n), text.id, 'newsletter:signup', '',
       'en', x.at, x.at + interval '7 days',
       CASE n % 3 WHEN 0 THEN NULL ELSE x.at + interval '5 min' END
  FROM generate_series(1::bigint, @subscribers * 3 / 2) n
       CROSS JOIN LATERAL (SELECT pg_temp.address(n * 2) AS email, now() - (@subscribers * 3 / 2 - n)
                * @past_days * 1440 / (@subscribers * 3 / 2) * interval '1 min' AS at) x
       CROSS JOIN (SELECT max(id) AS id FROM newsletter_consenttext) text;

INSERT INTO mail_outgoingemail
    (key, template, about, "to", subject, text, html, attachments, secret, message_id, status,
     attempts, overtaken, last_error, bounced_at, bounce_reason, created_at, sent_at, purged_at)
SELECT 'newsletter-confirm:' || id, 'newsletter_confirm', '', '', '', '', '', '[]', false,
       '<' || md5('n' || id) || '@clinic.test>', CASE WHEN id % 50 = 0 THEN 'failed' ELSE 'sent' END, 1,
       false, '', CASE WHEN id % 70 = 0 AND id % 50 > 0 THEN asked_at END, '', asked_at,
       CASE WHEN id % 50 > 0 THEN asked_at END, asked_at
  FROM newsletter_confirmation;

INSERT INTO newsletter_issue
    (subject, preview, slug, body, articles, in_archive, status, zone, reason, retries, created_at,
     started_at, frozen_at, finished_at, total, cards, email_html, email_text)
SELECT 'News ' || n, '', 'news-' || n, repeat('<p>What is new.</p>', 300), '{}', true, 'sent', '', '',
       0, x.at, x.at, x.at, x.at + interval '2 hours', @subscribers, '[]',
       repeat('<p>What is new.</p>', 500), 'What is new.'
  FROM generate_series(1, 200) n
       CROSS JOIN LATERAL (SELECT now() - (201 - n) * interval '7 days' AS at) x;

INSERT INTO newsletter_batch
    (issue_id, worker, started_at, lease_until, finished_at, size, ids, sent, failed, uncertain,
     skipped)
SELECT issue.id, 'bench', x.at, x.at, x.at + interval '5 s', 200, '{}', 196, 3, 0, 1
  FROM (SELECT * FROM newsletter_issue ORDER BY id DESC LIMIT 10) issue
       CROSS JOIN generate_series(1, @subscribers / 200) n
       CROSS JOIN LATERAL (SELECT issue.started_at + n * interval '5 s' AS at) x;

INSERT INTO newsletter_delivery
    (issue_id, subscriber_id, batch_id, due_at, settled_at, tries, status, domain, reason)
SELECT issue.id, s.id, batch.id, issue.started_at, issue.started_at, 1,
       CASE WHEN s.id % 100 < 97 THEN 'sent' ELSE 'failed' END, 'example.org',
       CASE WHEN s.id % 100 < 97 THEN '' ELSE '550 no such user' END
  FROM (SELECT * FROM newsletter_issue ORDER BY id DESC LIMIT 10) issue
       CROSS JOIN newsletter_subscriber s
       CROSS JOIN LATERAL (SELECT min(id) AS id FROM newsletter_batch WHERE issue_id = issue.id) batch;

INSERT INTO newsletter_event (source, event_id, kind, issue, delivery, subscriber_id, why, at)
SELECT 'mailbox', md5('e' || d.id), 'bounced', d.issue_id, d.id, d.subscriber_id, d.reason, d.due_at
  FROM newsletter_delivery d WHERE d.status = 'failed';

INSERT INTO newsletter_hardbounce (issue_id, subscriber_id, status, why, at)
SELECT d.issue_id, d.subscriber_id, 'taken off', d.reason, d.due_at
  FROM newsletter_delivery d WHERE d.status = 'failed';
