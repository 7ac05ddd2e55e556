-- With the usual hundred samples, Postgres takes a text that one in a hundred has for one that almost nobody has, and
-- reads all of them to sort them, where walking the list from its newest end finds a page at once.
ALTER TABLE "accounts" ALTER COLUMN "search_text" SET STATISTICS 1000;
--> statement-breakpoint
ANALYZE "accounts";
