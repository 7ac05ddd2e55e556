// A list's filter as SQL; what was typed is always a parameter.
import { and, type Column, not, or, type SQL, sql } from 'drizzle-orm';
import type { FilterOperator, ListFilter } from '../domain/list-filter.ts';

/** `exact`: case makes a difference, as in ids. `lowered`: kept in lower case, and indexed so. */
type FilterColumn = { column: Column | SQL; text?: 'exact' | 'lowered' };

export type FilterColumns = Readonly<Record<string, FilterColumn>>;

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
      const found = columnOf(filter.field, columns);
      if (value instanceof Date)
        return sql`${found.column} ${SIGNS[operator]} ${value.toISOString()}::timestamptz`;
      const [column, text] = comparable(found, value);
      return sql`${column} ${SIGNS[operator]} ${text}`;
    }
    case 'match': {
      const part = filter.text.replace(/[\\%_]/g, '\\$&');
      const pattern = { contains: `%${part}%`, starts: `${part}%`, ends: `%${part}` }[filter.how];
      const [column, text] = comparable(columnOf(filter.field, columns), pattern);
      return sql`${column} like ${text}`;
    }
  }
}

function comparable({ column, text }: FilterColumn, value: string): [column: Column | SQL, value: SQL] {
  if (text === 'exact') return [column, sql`${value}`];
  return [text === 'lowered' ? column : sql`lower(${column})`, sql`lower(${value}::text)`];
}

function columnOf(field: string, columns: FilterColumns) {
  const found = columns[field];
  if (!found) throw new Error(`no column for the field ${field}`);
  return found;
}
