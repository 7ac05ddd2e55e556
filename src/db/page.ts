/** A part of a list: `limit` rows after the cursor, or after `skip` rows. */
export type Page<Cursor> = { limit: number; skip?: number; after?: Cursor | undefined };

/** The last row of the page before, in a list by name. */
export type NameCursor = { name: string; id: string };
