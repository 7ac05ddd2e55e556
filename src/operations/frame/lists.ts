// What lists have in common: a page, a cursor, a filter.
import { z } from 'zod';
import type { Page, PagedList } from '../../db/page.ts';
import { FILTER_OPERATORS, type ListFilter, TEXT_MATCHES } from '../../domain/list-filter.ts';

/** Longer pages come in parts, each with the cursor of the next. */
const MAX_ROWS_A_PAGE = 1_000;
export const MAX_SKIPPED = 10_000;

/** The size of a page; more than 1,000 counts as 1,000. */
export const limit = z
  .int('must be a whole number')
  .min(1, 'must be 1 at least')
  .max(2_147_483_647, 'must be below 2147483648')
  .overwrite((rows) => Math.min(rows, MAX_ROWS_A_PAGE));

/** Rows to leave out before the page, at most 10,000: a cursor reaches further, and faster. */
export const skip = z
  .int('must be a whole number')
  .min(0, 'must be 0 at least')
  .max(MAX_SKIPPED, `must be ${MAX_SKIPPED} at most`)
  .default(0);

/** Whether the answer counts all rows that match, beside the page. One more than `upTo` stands for any higher count. */
export const isCounted = z
  .union([z.boolean(), z.strictObject({ upTo: z.int().min(1).max(MAX_SKIPPED) })])
  .default(false);

/** The input of a list that is read page by page. */
export const pageInput = <Cursor extends z.ZodType>(size: number, cursor: Cursor) => ({
  limit: limit.default(size),
  skip,
  after: cursor.optional(),
  isCounted,
});

type PageInput<Cursor> = {
  limit: number;
  skip: number;
  after?: Cursor | undefined;
  isCounted: z.infer<typeof isCounted>;
};

/** Reads a page, the cursor of the next one, and the count when it is asked for. */
export async function readPage<Row, Cursor>(
  input: PageInput<Cursor>,
  list: PagedList<Row, Cursor>,
): Promise<{ page: Row[]; next: Cursor | null; count?: number }> {
  const { isCounted: wanted, ...page } = input;
  const cut = cutPage(await list.rows(pageToRead(page)), page.limit, list.cursorOf);
  if (wanted === false) return cut;
  return { ...cut, count: await (wanted === true ? list.count() : list.count(wanted.upTo)) };
}

/** Only the rows with these ids. */
export const onlyIds = z.array(z.string().max(256)).max(100).optional();

/** One row more than the page has, which tells whether there is another page. */
function pageToRead<Cursor>(page: { limit: number; skip?: number; after?: Cursor | undefined }) {
  const { limit: rows, skip: skipped = 0, after } = page;
  return { limit: rows + 1, skip: after === undefined ? skipped : 0, after } satisfies Page<Cursor>;
}

/** The rows of the page, and the cursor of the next one. */
export function cutPage<Row, Cursor>(rows: Row[], size: number, cursorOf: (last: Row) => Cursor) {
  const page = rows.slice(0, size);
  const last = page.at(-1);
  return { page, next: rows.length > size && last ? cursorOf(last) : null };
}

/** A filter that a surface could not read, and why. */
export type UnreadableFilter = { unreadable: string };

/**
 * A filter on these fields. One that a surface could not read is refused here, so that permission comes first and the
 * audit has a row, as with any other input.
 */
export function filterInput<Field extends string>(fields: readonly [Field, ...Field[]]) {
  const field = z.enum(fields);
  const firstOf = z.array(z.strictObject({ prefix: z.string(), field: field.optional() }));
  const operand = z.union([field, z.strictObject({ firstOf })]);
  const filter: z.ZodType<ListFilter<Field>, ListFilter<Field>> = z.lazy(() =>
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.enum(['and', 'or']), parts: z.array(filter).min(1) }),
      z.strictObject({ kind: z.literal('not'), part: filter }),
      z.strictObject({
        kind: z.literal('compare'),
        field: operand,
        operator: z.enum(FILTER_OPERATORS),
        value: z.union([z.string(), z.boolean(), z.date()]),
      }),
      z.strictObject({
        kind: z.literal('match'),
        field: operand,
        how: z.enum(TEXT_MATCHES),
        text: z.string(),
      }),
    ]),
  );
  const unreadable = z.strictObject({ unreadable: z.string() });
  return z
    .union([filter, unreadable])
    .transform((read, context) => {
      if (!('unreadable' in read)) return read;
      context.addIssue({ code: 'custom', message: read.unreadable });
      return z.NEVER;
    })
    .optional();
}
