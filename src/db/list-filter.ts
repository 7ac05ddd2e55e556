// A list's filter as SQL; what was typed is always a parameter.
import { and, type Column, not, or, type SQL, sql } from 'drizzle-orm';
import type { FilterOperator, ListFilter } from '../domain/list-filter.ts';

/** The column of each field. `exact`: case makes a difference, as in ids. */
export type FilterColumns = Readonly<Record<string, { column: Column | SQL; exact?: true }>>;

const SIGNS: Record<FilterOperator, SQL> = {
  eq: sql`=`,
  ne: sql`<>`,
  gt: sql`>`,
  ge: sql`>=`,
  lt: sql`<`,
  le: sql`<=`,
};

export function filterCondition(filter: ListFilter, columns: FilterColumns): SQL {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.parts.map((part) => filterCondition(part, columns));
      return (filter.kind === 'and' ? and(...parts) : or(...parts)) as SQL;
    }
    case 'not':
      return not(filterCondition(filter.part, columns));
    case 'compare': {
      const { value, operator } = filter;
      const { column, exact } = columnOf(filter.field, columns);
      if (value instanceof Date) return sql`${column} ${SIGNS[operator]} ${value.toISOString()}::timestamptz`;
      return exact
        ? sql`${column} ${SIGNS[operator]} ${value}`
        : sql`lower(${column}) ${SIGNS[operator]} lower(${value}::text)`;
    }
    case 'match': {
      const { column, exact } = columnOf(filter.field, columns);
      const part = filter.text.replace(/[\\%_]/g, '\\$&');
      const pattern = { contains: `%${part}%`, starts: `${part}%`, ends: `%${part}` }[filter.how];
      return exact ? sql`${column} like ${pattern}` : sql`lower(${column}) like lower(${pattern}::text)`;
    }
  }
}

function columnOf(field: string, columns: FilterColumns) {
  const found = columns[field];
  if (!found) throw new Error(`no column for the field ${field}`);
  return found;
}
