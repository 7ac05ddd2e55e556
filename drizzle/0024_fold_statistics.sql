-- A text in ASCII needs only lower case, so that statistics of the folded texts are cheap.
CREATE OR REPLACE FUNCTION fold_text(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length(value) = char_length(value) THEN lower(value) ELSE lower(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(normalize(
  translate(value, 'ØøŁłĐđÐðıĦħŦŧĿŀ', 'oollddddihhttll'),
  NFKD), '[\u0300-\u036f]', '', 'g'), '[ßẞ]', 'ss', 'g'), '[æÆ]', 'ae', 'g'), '[œŒ]', 'oe', 'g'), '[þÞ]', 'th', 'g')) END;--> statement-breakpoint
-- Without them Postgres takes a text that no account has for one that many have, and walks the whole list to find a page.
CREATE STATISTICS accounts_folded ON (fold_text(search_text)) FROM accounts;--> statement-breakpoint
ALTER STATISTICS accounts_folded SET STATISTICS 1000;--> statement-breakpoint
ANALYZE "accounts" ("search_text");
