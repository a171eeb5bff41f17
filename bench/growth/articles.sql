-- 500 articles with their revisions, 200,000 comments, 400,000 answers to "Was this helpful?".

INSERT INTO articles_topic (name, slug, introduction, icon, tint, position)
SELECT 'Subject ' || n, 'subject-' || n, '', '', '', n FROM generate_series(1, 20) n;

INSERT INTO articles_contributor
    (name, slug, credentials, specialty, profile_url, biography)
SELECT pg_temp.first_name(n) || ' ' || pg_temp.last_name(n), 'contributor-' || n, 'MD', '', '', ''
  FROM generate_series(1::bigint, 50) n;

INSERT INTO articles_imageasset
    (file, width, height, alt, caption, credit, sizes_made, created_at)
SELECT 'pictures/' || n || '.jpg', 800, 600, 'Somebody reads page ' || n, '', '', true,
       now() - n * interval '1 hour'
  FROM generate_series(1, 2000) n;

INSERT INTO articles_article
    (slug, status, title, summary, body, key_points, held, published_at, reviewed_whole,
     review_months, usefulness, changed_at, created_at, author_id, reviewer_id, topic_id, next_review)
SELECT 'article-' || n, 'draft', 'What to know about ' || pg_temp.last_name(n) || ' ' || n,
       'A summary', repeat('<p>Some words about it.</p>', 300), '', false, x.at, true, 12, n % 90, x.at,
       x.at, a.id, r.id, t.id, current_date + n::int
  FROM generate_series(1::bigint, 500) n
  JOIN articles_contributor a ON a.slug = 'contributor-' || 1 + n % 50
  JOIN articles_contributor r ON r.slug = 'contributor-' || 1 + (n + 1) % 50
  JOIN articles_topic t ON t.slug = 'subject-' || 1 + n % 20
       CROSS JOIN LATERAL (SELECT now() - n * interval '1 day' AS at) x;

INSERT INTO articles_revision
    (article_id, number, title, summary, body, key_points, faq, sources, correction, note, text,
     headings, minutes, saved_at)
SELECT id, n, title, summary, body, '[]', '[]', '[]', '', '', 'Some words', '', 3, changed_at
  FROM articles_article, generate_series(1, 20) n;
UPDATE articles_article a SET status = 'published', online_id = r.id, approved_id = r.id
  FROM articles_revision r WHERE r.article_id = a.id AND r.number = 20;

INSERT INTO articles_redirect (path, article_id, created_at)
SELECT '/old/' || n || '/' || pg_temp.last_name(n), a.id, now() - n * interval '1 hour'
  FROM generate_series(1::bigint, 20000) n
  JOIN articles_article a ON a.slug = 'article-' || 1 + n % 500;

INSERT INTO articles_comment
    (article_id, by_staff, name, email, text, has_link, status, created_at, decided_at, told_at)
SELECT a.id, false, CASE WHEN gone THEN '' ELSE pg_temp.first_name(n) || ' ' || pg_temp.last_name(n) END,
       CASE WHEN gone OR n < @comments / 2 THEN '' ELSE pg_temp.address(n) END,
       CASE WHEN gone THEN '' ELSE repeat('I read number ' || n || ' twice and it helped. ', 8) END,
       n % 9 = 0, x.status, x.at, CASE WHEN x.status <> 'held' THEN x.decided END, x.at
  FROM generate_series(1::bigint, @comments) n
  JOIN articles_article a ON a.slug = 'article-' || 1 + n % 500
       CROSS JOIN LATERAL (SELECT CASE WHEN n % 400 = 0 THEN 'held' ELSE
                ('{approved,approved,approved,approved,approved,approved,approved,rejected,spam,withdrawn}'
                 ::text[])[1 + n % 10] END AS status,
                now() - (@comments - n) * @past_days * 1440 / @comments * interval '1 min' AS at,
                now() - n % 29 * interval '1 day' AS decided) x
       CROSS JOIN LATERAL (SELECT x.status = 'withdrawn' AS gone) g;

INSERT INTO articles_feedback (article_id, helpful, sentence, day)
SELECT a.id, n % 3 > 0, CASE WHEN n % 10 = 0 AND n > 2 * @comments * 3 / 4
                             THEN 'I wish it said more about ' || n ELSE '' END,
       current_date - ((2 * @comments - n) * @past_days / (2 * @comments))::int
  FROM generate_series(1::bigint, 2 * @comments) n
  JOIN articles_article a ON a.slug = 'article-' || 1 + n % 500;
