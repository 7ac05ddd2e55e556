-- The store of rate-limiter-flexible, in the form that it asks for.
CREATE TABLE "rate_limits" ("key" varchar(255) PRIMARY KEY, "points" integer NOT NULL DEFAULT 0, "expire" bigint);
--> statement-breakpoint
CREATE INDEX "rate_limits_expire" ON "rate_limits" ("expire");
