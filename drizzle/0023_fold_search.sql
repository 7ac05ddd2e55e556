-- Without accents and case; letters that Unicode doesn't take apart are replaced one by one. Only functions of Postgres
-- itself, so that a managed server needs to allow no extension, and an index may use it.
CREATE FUNCTION fold_text(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(normalize(
  translate(value, 'ØøŁłĐđÐðıĦħŦŧĿŀ', 'oollddddihhttll'),
  NFKD), '[\u0300-\u036f]', '', 'g'), '[ßẞ]', 'ss', 'g'), '[æÆ]', 'ae', 'g'), '[œŒ]', 'oe', 'g'), '[þÞ]', 'th', 'g'));--> statement-breakpoint
CREATE INDEX "accounts_search_folded" ON "accounts" USING gin (fold_text(search_text) gin_trgm_ops) WHERE state <> 'deleted' and octet_length(search_text) > char_length(search_text);--> statement-breakpoint
ALTER INDEX "accounts_search_folded" ALTER COLUMN 1 SET STATISTICS 1000;--> statement-breakpoint
ANALYZE "accounts";
