/** A part of a list: so many rows behind the cursor, or behind the rows to skip. */
export type Page<Cursor> = { limit: number; skip?: number; after?: Cursor | undefined };

/** Where a list by name goes on. */
export type NameCursor = { name: string; id: string };
