-- Each worker counts its beats. One that stops counting is dead, and its jobs are freed.
CREATE TABLE "job_workers" ("id" text PRIMARY KEY, "beats" bigint NOT NULL);
