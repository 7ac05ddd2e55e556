import type postgres from 'postgres';

const ANSWER_MS = 900;
/** More than the smallest memory for a sort, so that it needs a file. */
const SPACE_ROWS = 1_000;

/** Rejects with the database's error when it can't be written or has no space left. Leaves one row, in the limiter's table. */
export async function probeDatabase(sql: postgres.Sql): Promise<void> {
  await sql.begin(async (tx) => {
    await tx.unsafe(`set local statement_timeout = ${ANSWER_MS}`);
    await tx.unsafe("set local work_mem = '64kB'");
    await tx.unsafe(`insert into rate_limits (key, points) values ('readyz', 0)
      on conflict (key) do update set points = 0`);
    // A row may fit where one was; a sorted file of a megabyte needs space.
    await tx.unsafe(`select max(word) from (
      select repeat('x', 1000) || n as word from generate_series(1, ${SPACE_ROWS}) n order by md5(n::text) offset 1) sorted`);
  });
}
